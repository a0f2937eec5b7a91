"""Flyte's modules: names, types of inputs, the launch plan, and what is refused."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import UnsupportedError
from shipway.model import Dataset, Parameter, Project
from shipway.planner.naming import assign
from shipway.settings.source import SettingsSource
from shipway.targets.exporter import LeavesDeployed, NotesOptions
from shipway.targets.registry import find
from shipway_exporters.flyte.inputs import type_of, unfit
from shipway_exporters.flyte.names import INPUTS, PIPELINES, TASKS
from tests.targets import OPTIONS
from tests.unit.planner.build_ir import node, project

REMOTE = [Dataset(name=n, kind="remote", location=f"s3://bucket/{n}") for n in ("x", "y")]
CHAIN = project(
    node("a", "raw params:p", "x"), node("b", "x", "y"), datasets=REMOTE, parameters={"p": 1}
)


def artifact(of: Project = CHAIN, **content: Any) -> Compiled:
    options = {**OPTIONS["flyte"], "volumes": []}
    values = {"targets": {"flyte": options}, "pipelines": {"__default__": content}}
    exporter = find("flyte")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def text(of: Project = CHAIN, **content: Any) -> str:
    (file,) = artifact(of, **content).files
    return file.text


def refusal(**content: Any) -> tuple[str, str, str]:
    with pytest.raises(UnsupportedError) as error:
        artifact(**content)
    (finding,) = error.value.findings
    return finding.what, str(finding.where), str(finding.remedy)


def test_a_module_without_a_pod_template_imports_flytekit_alone() -> None:
    tree = ast.parse(text())
    names = {item.module for item in tree.body if isinstance(item, ast.ImportFrom)}
    assert {str(name).partition(".")[0] for name in names} == {
        *("datetime", "subprocess", "uuid", "flytekit"),
    }
    assert "LaunchPlan" not in text()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((True, "bool"), (1, "int"), (0.5, "float"), ("a", "str"), ({"a": [1]}, "dict")),
        *(([1, 2], "list[int]"), ([0.5], "list[float]"), (["a"], "list[str]")),
        *(([], None), ([1, 0.5], None), ([[1]], None), ([None], None), (None, None)),
    ],
)
def test_the_type_of_an_input_is_that_of_its_value(value: Any, kind: str | None) -> None:
    assert type_of(value) == kind


def test_what_has_no_type_is_a_text_of_json() -> None:
    of = project(node("a", "raw params:p", "x"), datasets=REMOTE, parameters={"p": [1, "a"]})
    module = text(of)
    assert 'def shop(p: str = json.dumps(DEFAULTS["p"])) -> None:' in module
    assert 'literals={"p": p}' in module


@pytest.mark.parametrize("value", [2**63, [-(2**63) - 1], {"a": [2**64]}, "\0", "\ud800"])
def test_what_no_message_holds_is_no_input(value: Any) -> None:
    assert unfit(Parameter(path=("p",), value=value))


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63) + 1, True, "größe", {"a": [1]}, None])
def test_anything_else_is_one(value: Any) -> None:
    assert unfit(Parameter(path=("p",), value=value)) is None


def test_names_are_those_that_flyte_leaves_alone() -> None:
    names = ["start", "end-node", "A_b", "x" * 80, "9", "größe"]
    results = assign(names, TASKS)
    assert results["A_b"] == "a-b"
    assert not {"start", "end-node"} & {*results.values()}
    assert max(map(len, results.values())) == 62
    assert assign(["P", "help", "run"], INPUTS)["P"] == "p"
    assert not {"help", "run"} & {*assign(["help", "run"], INPUTS).values()}
    assert not {"json", "kedro", "import"} & {
        *assign(["json", "kedro", "import"], PIPELINES).values()
    }


def test_no_file_is_called_like_a_module_that_tasks_import() -> None:
    """In a pod its folder comes first: `shop.py` would be the package `shop` to all tasks."""
    files = [file.path for name in ("shop", "pandas", "uuid") for file in artifact(name=name).files]
    assert files == ["shop_workflow.py", "pandas_workflow.py", "uuid_workflow.py"]
    of = replace(CHAIN, name="shop_workflow")
    assert [file.path for file in artifact(of, name="shop").files] == ["shop_flyte.py"]
    assert [file.path for file in artifact(of).files] == ["shop_workflow_flyte.py"]


def test_a_function_is_called_neither_like_the_workflow_nor_like_an_input() -> None:
    of = project(node("p", "raw params:p", "x"), datasets=REMOTE, parameters={"p": 1})
    module = text(of, name="p")
    tree = ast.parse(module)
    names = [item.name for item in tree.body if isinstance(item, ast.FunctionDef)]
    assert len(set(names)) == len(names)
    assert 'node_name="p"' in module
    assert "def p(p: int" in module


@pytest.mark.parametrize("name", ["run", "kickoff_time"])
def test_a_function_is_called_like_nothing_that_the_workflow_holds(name: str) -> None:
    of = project(node(name, "raw", "x"), datasets=REMOTE)
    assert f"def {name}_" in text(of)
    assert f"def {name}(" not in text(of)


def test_the_clock_tells_a_run_its_time() -> None:
    content: dict[str, Any] = {
        "run_parameters": {"p": "logical_date"},
        "schedule": {"cron": "0 6 * * *"},
    }
    module = text(**content)
    assert 'kickoff_time_input_arg="kickoff_time"' in module
    assert "def shop(kickoff_time: datetime = NO_KICKOFF) -> None:" in module
    by_hand = text(run_parameters={"p": "logical_date"})
    assert "logical_date = created" in by_hand
    assert "kickoff" not in by_hand


def test_a_schedule_is_read_in_the_scheduler_s_zone() -> None:
    schedule = {"cron": "0 6 * * *", "timezone": "Europe/Paris"}
    assert refusal(schedule=schedule) == (
        (
            "Flyte's scheduler reads cron in its own zone, here UTC, and the schedule is written "
            "in Europe/Paris."
        ),
        "pipelines.__default__.schedule",
        (
            "Write the schedule in that zone; or give the scheduler another (`useUTCTz: false`, "
            "and `TZ`), and set `timezone: Europe/Paris` under targets.flyte."
        ),
    )
    assert text(schedule={"cron": "0 6 * * *", "timezone": "Etc/UTC"})
    assert refusal(schedule={"cron": "0 6 * * 7"})[0] == "Flyte knows Sunday as 0, not as 7."


def test_a_secret_is_for_a_variable_in_capitals() -> None:
    secret = {"name": "warehouse", "key": "password"}
    assert refusal(secrets={"Password": secret}) == (
        "Flyte fills no variable `Password` from a secret.",
        "pipelines.__default__.secrets.Password",
        "Write it in capital letters, digits and `_`.",
    )
    assert 'env_var="PASSWORD"' in text(secrets={"PASSWORD": secret})


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"retries": 1, "retry_delay": "1m"}, "1m"),
        ({"kubernetes": {"namespace": "n"}}, "kubernetes.namespace"),
        ({"schedule": {"cron": "0 6 * * *", "parameters": {"p": 2}}}, "schedule.parameters"),
        ({"notify": {"on_failure": [{"webhook": {"name": "w"}}]}}, "notify.on_failure.webhook"),
    ],
)
def test_what_flyte_cannot_do_is_refused(content: Mapping[str, Any], what: str) -> None:
    if what == "1m":
        assert "retries=1" in text(**content)  # OPTIONS accept the loss.
    else:
        assert f"`{what}`" in refusal(**content)[0]


def test_the_tasks_of_no_node_are_tried_as_often_as_most() -> None:
    """An image that cannot be pulled ends the run in the first task, too."""
    nodes = (node("a", "raw", "m"), node("b", "raw", "x"), node("c", "m", "y"))
    of = project(*nodes, datasets=REMOTE, memory="m")
    content = {"retries": 2, "nodes": {"b": {"retries": 7}}, "memory": "store", "store": "s3://b/s"}
    module = text(of, **content)
    by_name = {i.name: ast.unparse(i.decorator_list[0]) for i in _functions(module)}
    assert "retries=2" in by_name["start"]
    assert "retries=2" in by_name["clean_up_store"]
    assert "retries=7" in by_name["b"]
    assert "retries" not in text(of)


def _functions(module: str) -> list[ast.FunctionDef]:
    items = [item for item in ast.parse(module).body if isinstance(item, ast.FunctionDef)]
    return [item for item in items if item.decorator_list]


def test_many_nodes_are_noted() -> None:
    exporter = find("flyte")
    assert isinstance(exporter, NotesOptions)
    nodes = (node(f"n{number}", "raw", f"d{number}") for number in range(100))
    of = project(*nodes, datasets=[])
    of = project(*of.pipelines[0].nodes, datasets=_remote(of))
    (note,) = exporter.notes(artifact(of).plan)
    assert note.startswith("A workflow of 101 nodes: a server takes 100 unless")
    assert not list(exporter.notes(artifact().plan))


def _remote(of: Project) -> list[Dataset]:
    names = [name for item in of.pipelines[0].nodes for name in item.outputs]
    return [Dataset(name=n, kind="remote", location=f"s3://bucket/{n}") for n in names]


def test_a_schedule_that_is_no_more_is_deactivated() -> None:
    exporter = find("flyte")
    assert isinstance(exporter, LeavesDeployed)
    module = text(schedule={"cron": "0 6 * * *"})
    assert exporter.removals("shop_workflow.py", module) == {
        "the schedule of the launch plan `shop_workflow.shop`": "flytectl update launchplan "
        "shop_workflow.shop --deactivate -p PROJECT -d DOMAIN"
    }
    assert exporter.removals("shop_workflow.py", text()) == {}
