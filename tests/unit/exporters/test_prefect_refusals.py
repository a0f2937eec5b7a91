"""What Prefect cannot be told, and what is refused instead."""

from __future__ import annotations

import ast
import builtins
import datetime
import json
import keyword
from typing import Any

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import PlanError, SettingsError, UnsupportedError
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.exporters.prefect_artifacts import (
    CHAIN,
    DOCKER,
    KUBERNETES,
    by_name,
    deployment,
    files,
    flow,
    of_nodes,
    options_of_all,
    refusal,
    tasks,
)
from tests.unit.planner.build_ir import node, pipeline, project


def test_a_text_that_prefect_would_fill_in_is_refused() -> None:
    message = refusal(UnsupportedError, CHAIN, labels={"team": "{{ $HOME }}"})
    assert "[pipelines.__default__.labels]" in message
    assert "placeholder" in message
    assert "{{ $HOME }}" in flow(CHAIN, env={"TEAM": "{{ $HOME }}"}), "no template of Prefect's"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"owner": "{{ me }}"}, "owner"),
        ({"project_dir": "/srv/{{ $HOME }}"}, "project_dir"),
        (
            {"schedule": {"cron": "0 6 * * *", "parameters": {"p": "{{ $HOME }}"}}},
            "schedule",
        ),
        ({"kubernetes": {"annotations": {"a": "{{ x }}"}}}, "kubernetes.annotations.a"),
        (
            {"kubernetes": {"annotations": {"a": "{{ prefect.blocks.secret.x }}"}}},
            "kubernetes.annotations.a",
        ),
        ({"volumes": [{"claim": "c", "mount": "/data/{{x}}"}]}, "volumes"),
    ],
)
def test_a_placeholder_is_told_where_it_was_set(content: dict[str, Any], place: str) -> None:
    """Not where it would stand in the artifact; and a reference counts in job variables alone."""
    of = project(node("a", "params:p"), parameters={"p": "x"})
    message = refusal(UnsupportedError, of, KUBERNETES, **content)
    assert f"[pipelines.__default__.{place}]" in message
    assert "for a placeholder" in message


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"folder": "a/{{ x }}"}, "folder"),
        ({"work_pool": {"name": "{{ $POOL }}"}}, "work_pool.name"),
        ({"git": {"repository": "https://h/{{ $REPOSITORY }}"}}, "git.repository"),
        ({"job_variables": {"env": {"A": "{{ $HOME }}"}}}, "job_variables.env.A"),
        ({"job_variables": {"env": {"A": "{{ x }}"}}}, "job_variables.env.A"),
        ({"job_variables": {"env": {"A": "{{ prefect.blocks.x }}"}}}, "job_variables.env.A"),
    ],
)
def test_a_placeholder_in_the_options_is_told_with_its_line(
    options: dict[str, Any], place: str
) -> None:
    message = refusal(SettingsError, CHAIN, options)
    assert f"[targets.prefect.{place}]" in message
    assert "for a placeholder" in message
    assert ("refer to a block" in message) == place.startswith("job_variables")


@pytest.mark.parametrize(
    ("pool", "variables"),
    [
        (
            "docker",
            {"registry_credentials": "{{ prefect.blocks.docker-registry-credentials.ghcr }}"},
        ),
        ("docker", {"auto_remove": "{{ prefect.variables.auto_remove }}"}),
        ("docker", {"mem_limit": "{{prefect.variables.gb}}g"}),
        ("docker", {"container_create_kwargs": {"shm_size": "{{ prefect.variables.shm }}"}}),
        ("kubernetes", {"cluster_config": "{{ prefect.blocks.kubernetes-cluster-config.c }}"}),
        ("kubernetes", {"namespace": "{{ prefect.blocks.json.places.value.list[0].name }}"}),
        ("process", {"env": {"C": "a {{ prefect.variables.x }} {{ prefect.blocks.secret.y }}"}}),
        ("process", {"env": {"DB_PASSWORD": "{{ prefect.variables.x }}"}}),
    ],
)
def test_job_variables_may_refer_to_blocks_and_variables(
    pool: str, variables: dict[str, Any]
) -> None:
    options = {"process": {}, "docker": DOCKER, "kubernetes": KUBERNETES}[pool]
    result = deployment(CHAIN, {**options, "job_variables": variables})["work_pool"]
    assert variables.items() <= result["job_variables"].items()


def test_a_secret_beside_a_reference_is_one() -> None:
    variables = {"env": {"DB_PASSWORD": "hunter2{{ prefect.variables.x }}"}}
    message = refusal(SettingsError, CHAIN, {"job_variables": variables})
    assert "`DB_PASSWORD` looks like a secret" in message


@pytest.mark.parametrize("name", ["warehouse_db", "My-Block", "db.prod"])
def test_a_secret_that_prefect_can_have_no_block_for(name: str) -> None:
    secrets = {"X": {"name": name, "key": "b"}}
    message = refusal(UnsupportedError, CHAIN, nodes={"a": {"secrets": secrets}})
    assert f"Prefect has no block called `{name}`" in message
    assert "[pipelines.__default__.nodes.a.secrets.X]" in message


def test_only_a_shell_knows_where_a_tilde_is() -> None:
    message = refusal(SettingsError, CHAIN, {"python": "~/venv/bin/python"})
    assert "[targets.prefect.python]" in message
    assert "only a shell knows `~`" in message
    assert "only a shell knows" in refusal(SettingsError, CHAIN, project_dir="~/shop")


@pytest.mark.parametrize(
    "content",
    [
        {"image": "x:1"},
        {"resources": {"cpu": "1"}},
        {"resources": {"memory": "1Gi"}},
        {"volumes": [{"claim": "c", "mount": "/m"}]},
        {"service_account": "me"},
        {"schedule": {"cron": "0 6 * * *", "start": "2026-01-01"}},
        {"schedule": {"datasets": ["raw"]}},
    ],
    ids=json.dumps,
)
def test_what_prefect_cannot_express_is_refused(content: dict[str, Any]) -> None:
    assert "Prefect cannot express" in refusal(UnsupportedError, CHAIN, **content)


def test_plain_kedro_run_is_refused() -> None:
    assert "run_with: shipway" in refusal(UnsupportedError, CHAIN, run_with="kedro")


def test_a_job_variable_is_plain_data() -> None:
    variables = {"since": datetime.date(2026, 1, 1)}
    message = refusal(SettingsError, CHAIN, {"job_variables": variables})
    assert "cannot be written as JSON" in message


def test_waivers_are_recorded_in_both_files() -> None:
    result = files(CHAIN, lossy=("resources",), resources={"cpu": "1"})
    assert all("resources.cpu" in text for text in result.values())


def test_a_project_of_many_pipelines_has_a_folder_each() -> None:
    two = [pipeline(node("a", "raw", "x"), name=name) for name in ("__default__", "other")]
    exporter = find("prefect")
    settings = settings_for(SettingsSource(), [exporter])
    artifact = compile_all(project(*two), settings, exporter, Selection(all_pipelines=True))
    result = {file.path for item in artifact for file in item.files}
    assert result == {
        f"{name}/{file}" for name in ("shop", "shop_other") for file in ("flow.py", "prefect.yaml")
    }


def test_a_schedule_has_parameters_of_its_own() -> None:
    of = project(
        node("a", "raw params:m.p params:q", "x"), parameters={"m.p": 1, "q": 0.5, "r": "unread"}
    )
    schedule = {"cron": "0 6 * * *", "parameters": {"q": 2, "m.p": 3}}
    (result,) = deployment(of, schedule=schedule)["schedules"]
    assert result["parameters"] == {"m_p": 3, "q": 2}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"m.q": 3}, "no parameter `m.q`"),
        ({"r": "x"}, "no parameter `r`"),
        ({"m.p": 3.5}, "`m.p` is a whole number in the project, and not a number (`3.5`)"),
        ({"m.p": True}, "not true or false (`true`)"),
        ({"m.p": "3"}, "not text (`3`)"),
    ],
    ids=str,
)
def test_a_schedule_gives_what_a_run_can_be_given(parameters: dict[str, Any], message: str) -> None:
    of = project(node("a", "raw params:m.p", "x"), parameters={"m.p": 1, "r": "unread"})
    schedule = {"cron": "0 6 * * *", "parameters": parameters}
    assert message in refusal(PlanError, of, schedule=schedule)


def test_growing_pauses_stay_within_what_a_date_can_hold() -> None:
    result = options_of_all(flow(CHAIN, retries=60, retry_delay="2h", retry_backoff=3))
    assert result["retry_delay_seconds"][:3] == [7200, 21600, 64800]
    assert max(result["retry_delay_seconds"]) == 365 * 86400


def test_a_run_cannot_be_given_more_than_a_task_can_be_told() -> None:
    read = node("a", "raw parameters", "x")
    of = project(read, parameters={"p": "x" * 70_000, "q": 1})
    text = flow(of)
    assert "    q: int = 1," in text
    assert "params:p" not in text
    several = project(read, parameters={f"p{n}": "x" * 40_000 for n in range(2)})
    assert "The parameters of a run take 80," in refusal(UnsupportedError, several)
    assert flow(several, parameters=["p1"])


def test_of_very_many_nodes_a_task_is_told_the_names_alone() -> None:
    text = flow(of_nodes(1000, 40, 80), group_by="pipeline")
    (task,) = tasks(text).values()
    assert len(task["nodes"]) == 1000
    assert set(task["nodes"].values()) == {""}
    assert '"; ".join(nodes.values()).strip("; ")' in text
    few = flow(of_nodes(800, 40, 80), group_by="pipeline")
    assert '.strip("; ")' not in few, "the control: they fit, with what each reads and writes"
    message = refusal(UnsupportedError, of_nodes(2000, 80), group_by="pipeline")
    assert "Linux takes 131,071" in message
    assert "Let fewer nodes share it" in message


def test_no_argument_takes_a_name_that_the_flow_needs() -> None:
    """Pydantic looks types up among the arguments before: `list: list[int]` does not import."""
    names = sorted(
        {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "Any", "self", "kedro", "tasks"}
    )
    values: tuple[Any, ...] = ("text", 1, 1.5, True, None, [1], [], {})
    of = project(
        pipeline(node("a", "raw parameters", "x"), *(node(n, "x", f"x_{n}") for n in names)),
        parameters={name: values[n % 8] for n, name in enumerate(names)},
    )
    tree = ast.parse(flow(of))
    function = next(item for item in tree.body if getattr(item, "name", "") == "shop")
    assert isinstance(function, ast.FunctionDef)
    arguments = [argument.arg for argument in function.args.args]
    (block,) = (item for item in function.body if isinstance(item, ast.With))
    targets = [item.targets[0] for item in block.body if isinstance(item, ast.Assign)]
    assignment = [target.id for target in targets if by_name(target)]
    types = {i.id for a in function.args.args for i in ast.walk(a) if isinstance(i, ast.Name)}
    body = [item for statement in function.body for item in ast.walk(statement)]
    called = {i.func.id for i in body if isinstance(i, ast.Call) and by_name(i.func)}
    later = [item for statement in function.body[2:] for item in ast.walk(statement)]
    used = {i.id for i in later if by_name(i) and isinstance(i.ctx, ast.Load)}
    output = {i.id for i in later if by_name(i) and isinstance(i.ctx, ast.Store)}
    assert types == {"Any", "bool", "dict", "float", "int", "list", "str"}
    assert called == {
        *("SimpleNamespace", "Semaphore", "FileNotFoundError"),
        *("dict", "len", "map", "str", "zip"),
    }
    assert len(arguments) == len(names)
    assert not {*arguments, *assignment} & (types | called)
    assert not {*arguments} & {"self", "cls"}
    assert ast.unparse(function.body[1]).startswith("inputs = "), "it reads all arguments"
    assert not {*arguments} & (used - output), "what stands outside of the function"
    assert len(assignment) == len(set(assignment))
    assert {*arguments} & {*assignment} == {"tasks"}, "assigned after it was read"
