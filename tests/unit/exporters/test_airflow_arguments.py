"""Arguments of Airflow's own: passed through, or refused with the reason."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from shipway.artifacts.readback import differences
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError, SettingsError, ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.airflow.argument_shapes import dag_arguments, task_arguments
from shipway_exporters.airflow.argument_tables import OPERATORS, arguments_of
from tests.unit.planner.build_ir import node, project, said

FAR = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in ("x", "y", "z")]
OF = project(
    node("a", "raw", "x", tags=("slow",)),
    node("b", "x", "y"),
    node("c", "y", "z"),
    datasets=FAR,
)


def compiled(
    options: Mapping[str, Any], settings: Mapping[str, Any] | None = None, of: Project = OF
) -> Compiled:
    values = {"targets": {"airflow": options}, "pipelines": {"__default__": settings or {}}}
    exporter = find("airflow")
    (one,) = compile_all(
        of, settings_for(SettingsSource(values=values), [exporter]), exporter, Selection()
    )
    return one


def text_of(
    options: Mapping[str, Any], settings: Mapping[str, Any] | None = None, of: Project = OF
) -> str:
    return compiled(options, settings, of).files[0].text


def refusal(
    options: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    kind: type[ShipwayError] = SettingsError,
) -> str:
    with pytest.raises(kind) as error:
        compiled(options, settings)
    return said(error.value)


def calls(text: str) -> dict[str, dict[str, str]]:
    """The arguments of each call in the block of the DAG, as source, by variable; and the DAG's."""
    (block,) = (item for item in ast.parse(text).body if isinstance(item, ast.With))
    dag = block.items[0].context_expr
    assert isinstance(dag, ast.Call)
    named = {"dag": dag}
    for item in block.body:
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Call):
            named[ast.unparse(item.targets[0])] = item.value
    return {
        name: {str(k.arg): ast.unparse(k.value) for k in call.keywords}
        for name, call in named.items()
    }


DAG: Mapping[str, Any] = {
    "fail_fast": True,
    "dagrun_timeout": "2h",
    "is_paused_upon_creation": False,
    "owner_links": {"data": "https://acme.example/team"},
    "access_control": {"viewer": {"DAGs": ["can_read"]}},
}


def test_arguments_of_the_dag_are_literals() -> None:
    text = text_of({"dag": DAG})
    of_dag = calls(text)["dag"]
    assert of_dag["fail_fast"] == "True"
    assert of_dag["dagrun_timeout"] == "timedelta(hours=2)"
    assert "from datetime import timedelta" in text
    assert of_dag["owner_links"] == "{'data': 'https://acme.example/team'}"
    assert of_dag["access_control"] == "{'viewer': {'DAGs': ['can_read']}}"


def test_arguments_of_all_tasks_are_default_args() -> None:
    options = {"task": {"pool": "heavy", "priority_weight": 3, "depends_on_past": True}}
    by_name = calls(text_of(options))
    assert by_name["dag"]["default_args"] == (
        "{'depends_on_past': True, 'pool': 'heavy', 'priority_weight': 3}"
    )
    assert "pool" not in by_name["a"]


def test_a_node_a_tag_and_a_pipeline_go_before_the_options() -> None:
    settings = {
        "targets": {"airflow": {"queue": "cpu"}},
        "tags": {"slow": {"targets": {"airflow": {"pool": "slow"}}}},
        "nodes": {"b": {"targets": {"airflow": {"queue": "gpu"}}}},
    }
    by_name = calls(text_of({"task": {"pool": "heavy"}}, settings))
    assert by_name["dag"]["default_args"] == "{'pool': 'heavy', 'queue': 'cpu'}"
    assert by_name["a"]["pool"] == "'slow'"
    assert by_name["b"]["queue"] == "'gpu'"
    assert not {"pool", "queue"} & by_name["c"].keys()


def test_an_argument_of_one_task_is_not_given_to_the_others() -> None:
    settings = {"nodes": {"b": {"targets": {"airflow": {"pool": "gpu"}}}}}
    by_name = calls(text_of({}, settings))
    assert "default_args" not in by_name["dag"]
    assert by_name["b"]["pool"] == "'gpu'"
    assert "pool" not in by_name["a"]


def test_nodes_of_one_task_must_agree() -> None:
    settings = {
        "groups": {"both": ["a", "b"]},
        "nodes": {"a": {"targets": {"airflow": {"pool": "gpu"}}}},
    }
    error = refusal({}, settings, PlanError)
    assert "differ in `targets.airflow.pool`" in error


IMAGE = "shop:1"
CONTAINERS = {
    "nodes": {
        "a": {"run_on": "docker", "image": IMAGE},
        "b": {"run_on": "kubernetes", "image": IMAGE},
    }
}


def test_what_one_operator_knows_counts_for_its_tasks_alone() -> None:
    options = {"task": {"docker_conn_id": "registry", "get_logs": False, "pool": "heavy"}}
    by_name = calls(text_of(options, CONTAINERS))
    # Airflow gives an operator those of `default_args` that its constructor knows.
    defaults = ast.literal_eval(by_name["dag"]["default_args"])
    assert defaults.items() >= {"docker_conn_id": "registry", "get_logs": False}.items()
    assert defaults["pool"] == "heavy"
    assert not {"docker_conn_id", "get_logs"} & by_name["c"].keys()


def test_a_task_of_another_operator_cannot_be_told_so() -> None:
    settings = {"nodes": {"c": {"targets": {"airflow": {"get_logs": False}}}}}
    error = refusal({}, settings, UnsupportedError)
    assert "`get_logs` is no argument of KedroOperator, by which `c` runs." in error
    assert "nodes.c.targets.airflow.get_logs" in error


def test_an_argument_that_no_task_takes_is_refused() -> None:
    error = refusal({"task": {"pool": "heavy", "get_logs": False}}, None, UnsupportedError)
    assert "`get_logs` is an argument of KubernetesPodOperator, and no task runs so." in error
    assert "targets.airflow.task.get_logs" in error
    assert "pool" not in error
    settings = {"run_on": "docker", "image": IMAGE}
    error = refusal({"task": {"dnspolicy": "Default"}}, settings, UnsupportedError)
    assert "`dnspolicy` is an argument of KubernetesPodOperator" in error
    assert "get_logs" in text_of({"task": {"get_logs": False}}, CONTAINERS)


def test_jinja_renders_a_passed_text_as_it_is() -> None:
    settings = {"image": "shop:1", "run_on": "kubernetes"}
    text = text_of({"task": {"kubernetes_conn_id": "{{ x }}", "dnspolicy": "{{ x }}"}}, settings)
    assert '"kubernetes_conn_id": \'{{ "\\\\u007b' in text
    assert '"dnspolicy": "{{ x }}"' in text


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_the_name_of_each_release(version: str) -> None:
    right, wrong = ("fail_stop", "fail_fast") if version == "2.11" else ("fail_fast", "fail_stop")
    assert f"{right}=True" in text_of({"version": version, "dag": {right: True}})
    error = refusal({"version": version, "dag": {wrong: True}})
    assert f"`{wrong}` is no argument of a DAG in Airflow {version}." in error
    assert f"There it is called `{right}`." in error


def test_an_argument_of_a_later_release_is_named_with_it() -> None:
    options = {"dag": {"rerun_with_latest_version": True}}
    assert "rerun_with_latest_version=True" in text_of({"version": "3.3", **options})
    assert 'Set `version: "3.3"`' in refusal({"version": "3.1", **options})
    assert 'Set `version: "3.3"`' in refusal(options)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"dag": {"fail_fst": True}}, ["targets.airflow.dag.fail_fst", "`fail_fast`?"]),
        ({"task": {"pol": "x"}}, ["targets.airflow.task.pol", "Did you mean `pool`?"]),
        ({"task": {"priority_weight": "heavy"}}, ["`heavy` is not a whole number."]),
        ({"task": {"pool": 3}}, ["`3` is not text."]),
        ({"task": {"pool_slots": 0}}, ["not a whole number of at least 1"]),
        ({"task": {"depends_on_past": "yes"}}, ["neither true nor false"]),
        ({"task": {"weight_rule": "downstrem"}}, ["Did you mean `downstream`?"]),
        ({"dag": {"dagrun_timeout": "soon"}}, ["`soon` is not a duration."]),
        ({"dag": {"owner_links": {"data": "acme"}}}, ["`acme` is no link of an owner."]),
        ({"dag": {"max_active_runs": 1}}, ["Set `concurrency.runs`."]),
        ({"dag": {"render_template_as_native_obj": True}}, ["tell a task its parameters"]),
        ({"dag": {"deadline": {}}}, ["only an object says it"]),
        ({"dag": {"on_failure_callback": "f"}}, ["Set `notify`"]),
        ({"task": {"retries": 3}}, ["the setting `retries` decides it"]),
        ({"task": {"trigger_rule": "all_done"}}, ["all that it reads has been written"]),
        ({"task": {"sla": "1h"}}, ["Airflow 3 does nothing with it"]),
        ({"task": {"image": "x"}}, ["Set `image`."]),
        ({"task": {"skip_on_exit_code": 1}}, ["a task that failed would count as skipped"]),
        ({"task": {"pool": None}}, ["`pool` has no value."]),
        ({"dag": [1]}, ["A list is not a mapping."]),
    ],
    ids=str,
)
def test_what_is_refused(options: Mapping[str, Any], parts: list[str]) -> None:
    error = refusal(options)
    assert all(part in error for part in parts), error


def test_a_node_is_told_where_its_mistake_is() -> None:
    settings = {"nodes": {"b": {"targets": {"airflow": {"pol": "gpu"}}}}}
    error = refusal({}, settings, UnsupportedError)
    assert "pipelines.__default__.nodes.b.targets.airflow.pol" in error
    assert "Did you mean `pool`?" in error


def test_an_unknown_target_of_a_node_is_refused() -> None:
    error = refusal({}, {"nodes": {"b": {"targets": {"airlfow": {"pool": "gpu"}}}}})
    assert "There is no target `airlfow`." in error
    assert "Did you mean `airflow`?" in error


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pool='heavy'", ""),
        ('"pool": "heavy"', '"pool": "light"'),
        ("fail_fast=True", "fail_fast=False"),
    ],
)
def test_what_is_passed_on_is_read_back(old: str, new: str) -> None:
    settings = {"nodes": {"b": {"targets": {"airflow": {"pool": "gpu"}}}}}
    one = compiled({"dag": {"fail_fast": True}, "task": {"pool": "heavy"}}, settings)
    text = one.files[0].text
    back = find("airflow").read_back

    def differ(text: str) -> list[str]:
        contents = back(one.plan, {one.files[0].path: text}).contents()
        return list(differences(one.plan, contents))

    assert not differ(text)
    if old in text:
        assert "arguments" in differ(text.replace(old, new))[0]
    assert "gpu" in differ(text.replace('pool="gpu"', 'pool="cpu"'))[0]


def test_each_argument_of_a_pod_or_a_container_is_settled() -> None:
    """What a release of Airflow brings is not passed on before somebody has thought of it."""
    known = {name for cls in OPERATORS for name in arguments_of(cls, "3.3")}
    assert known >= {"pool", "get_logs", "docker_conn_id"}
    allowed = task_arguments("3.3").schema()["properties"].keys()
    assert not {name for name in allowed if "callback" in name or "xcom" in name}


@pytest.mark.parametrize("version", ["2.11", "3"])
@pytest.mark.parametrize("place", ["local", "docker", "kubernetes"])
def test_nothing_that_a_plan_decides_can_be_passed_on(version: str, place: str) -> None:
    settings = {
        "retries": 2,
        "retry_delay": "5m",
        "retry_backoff": 2,
        "timeout": "2h",
        "owner": "x",
        "env": {"A": "1"},
        "labels": {"team": "x"},
        "description": "x",
        "schedule": {"cron": "0 6 * * *", "start": "2026-01-01"},
        "concurrency": {"runs": 1, "tasks": 2},
        "run_on": place,
        **({} if place == "local" else {"image": "shop:1", "resources": {"cpu": 1}}),
    }
    text = text_of({"version": version}, settings)
    by_name = calls(text)
    allowed_dag = dag_arguments(version).schema()["properties"].keys()
    allowed_task = task_arguments(version).schema()["properties"].keys()
    assert not allowed_dag & by_name["dag"].keys()
    block = ast.parse(text)
    keys = {
        key.value
        for item in ast.walk(block)
        if isinstance(item, ast.keyword) and item.arg == "default_args"
        for key in getattr(item.value, "keys", [])
        if isinstance(key, ast.Constant)
    }
    in_calls = {name for task, arguments in by_name.items() if task != "dag" for name in arguments}
    assert not allowed_task & (keys | in_calls)
