"""Values, retries and versions of exported specs, run by kfp's own orchestrator."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shipway.runtime.parameter_values import escaped
from tests.engines.processes import is_alive
from tests.projects import KedroProject, make_project, text_file

from .env import KubeflowEnv
from .exported import (
    OPTIONS_OF_VERTEX,
    SCHEDULE_TIME,
    export,
    host_run,
    load,
    on_this_machine,
    run,
)
from .host import HostRequest, HostRun, run_many_on_host

pytestmark = pytest.mark.engine

NODES = """
import json
import subprocess
from pathlib import Path


def show(hard, free, day, run_id):
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)  # it holds the pipe
    Path("left").write_text(str(left.pid))
    return json.dumps({"hard": hard, "free": free, "day": day, "run": run_id})


def flaky(shown):
    if not Path("tried").exists():
        Path("tried").touch()
        raise RuntimeError("not yet")
    return shown
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.show, ["params:hard", "params:free", "params:day", "params:run"], "shown", name="show"),
    node(f.flaky, "shown", "kept", name="flaky"),
])}
"""
HARD: dict[str, Any] = {
    "empty": "", "quotes": "it's \"quoted\" `so`", "braces": "{a: [1, {b}]}", "commas": "a=1,b=2:c",
    "dollar": "${x} $HOME $", "escaped": "\\\\${x}", "percent": "%s", "lines": "one\n\ttwo\n",
    "umlauts": "größe 🚢", "null text": "null", "true text": "true", "number text": "1e3",
    "missing": "???", "dash": "--option", "zero": 0, "negative": -7, "large": 2**53, "float": 0.1,
    "tiny": 1e-5, "big float": 1234567.5, "true": True, "false": False, "list": [1, 2, 3],
    "floats": [0.5, 2.0], "no items": [], "nested": {"a": {"b": [1]}}, "nothing": None,
    "holes": [1, None], "huge": 2**60, "whole float": 2.0, "minus zero": -0.0,
    "deep": [{"a": -0.0}],
}  # fmt: skip
FREE = "a, {b}: 'c' \"d\", $(e) %s"
"""What is set as a run starts; another default stands in the project."""
FACTS = {"day": "logical_date", "run": "run_id"}


WAYS = ("local", "server", "vertex")
"""How kfp writes values into commands, of specs for a cluster; and a spec for Vertex AI."""


def hard_project(folder: Path) -> KedroProject:
    hard = {name.replace(" ", "_"): value for name, value in HARD.items()}
    return make_project(
        folder,
        REGISTRY,
        nodes=NODES,
        catalog={"shown": text_file("shown.json"), "kept": text_file("kept.json", versioned=True)},
        parameters=json.dumps({"hard": escaped(hard), "free": "default"}, ensure_ascii=False),
    )


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    return hard_project(tmp_path)


@pytest.fixture(scope="module")
def outcomes(
    kubeflow: KubeflowEnv, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[KedroProject, HostRun]]:
    """A run of each way, all by one process of kfp."""
    projects = {way: hard_project(tmp_path_factory.mktemp(way)) for way in WAYS}
    requests = [_request(way, project) for way, project in projects.items()]
    runs = run_many_on_host(kubeflow, requests, timeout=600)
    return dict(zip(WAYS, zip(projects.values(), runs, strict=True), strict=True))


def _request(way: str, project: KedroProject) -> HostRequest:
    content: dict[str, Any] = {
        "pipelines": {"__default__": {"run_parameters": FACTS, "retries": 1}}
    }
    if way == "vertex":
        content["targets"] = {"kubeflow": dict(OPTIONS_OF_VERTEX)}
    spec = export(project, settings=content)
    spec = on_this_machine(spec, project) if way == "vertex" else spec
    request = host_run(project, spec, {"free": FREE})
    return replace(request, rendering="local" if way == "local" else "server")


@pytest.mark.parametrize("way", WAYS)
def test_values_reach_the_node_as_they_are(
    outcomes: dict[str, tuple[KedroProject, HostRun]], way: str
) -> None:
    project, outcome = outcomes[way]
    outcome.ok()
    display = json.loads((project.path / "data" / "shown.json").read_text(encoding="utf-8"))
    goal = {name.replace(" ", "_"): value for name, value in HARD.items()}
    assert {k: repr(v) for k, v in display["hard"].items()} == {k: repr(v) for k, v in goal.items()}
    assert display["free"] == FREE
    assert display["day"] == SCHEDULE_TIME
    assert display["run"]
    assert [task.exit_code for task in outcome.tasks if task.name == "flaky"] == [1, 0]
    assert not is_alive(int((project.path / "left").read_text()))
    (version,) = (project.path / "data" / "kept.json").iterdir()
    assert version.name.startswith("2026-01-31T06.00.00.000Z-")


def test_inputs_are_typed_and_documented(kubeflow: KubeflowEnv, project: KedroProject) -> None:
    content = {"pipelines": {"__default__": {"run_parameters": FACTS}}}
    inputs = load(kubeflow, export(project, settings=content)).inputs
    kinds = {"zero": "NUMBER_INTEGER", "float": "NUMBER_DOUBLE", "true": "BOOLEAN", "list": "LIST"}
    kinds |= {"nested_a_b": "LIST", "empty": "STRING", "nothing": "STRING", "huge": "STRING"}
    for name, kind in kinds.items():
        assert inputs[f"hard_{name}"].type == kind
        assert inputs[f"hard_{name}"].optional
    assert inputs["hard_zero"].description == "params:hard.zero"
    assert inputs["hard_nothing"].description == "params:hard.nothing, as JSON"
    assert inputs["hard_nothing"].default == "null"


@pytest.mark.parametrize("settable", ["all", "none"])
def test_an_unknown_name_ends_the_run_before_any_task(
    kubeflow: KubeflowEnv, project: KedroProject, settable: str
) -> None:
    content = {"run_parameters": FACTS, "parameters": settable}
    spec = export(project, settings={"pipelines": {"__default__": content}})
    outcome = run(kubeflow, project, spec, {"fere": "x"})
    assert not outcome.succeeded
    assert "fere" in str(outcome.error)
    assert not outcome.tasks


MANY = """
def start(text, scale):
    return len(text) * scale


def step(number, scale):
    return number + scale


def end(number):
    return str(number)
"""
MANY_REGISTRY = """
name = ("features_of_the_region_and_its_neighbours_" * 5 + "{:04}").format
first = node(f.start, ["params:text", "params:scale"], name(0), name="start")
last = node(f.end, name(400), "end", name="end")
steps = [
    node(f.step, [name(n), "params:scale"], name(n + 1), name=f"weekly_features_{n:04}")
    for n in range(400)
]
return {"__default__": pipeline([first, *steps, last])}
"""


def test_a_task_that_has_much_to_be_told_and_a_large_default(
    kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    """Linux starts no process with an argument above 128 KiB."""
    result = make_project(
        tmp_path,
        MANY_REGISTRY,
        nodes=MANY,
        catalog={"end": text_file("end.txt")},
        parameters={"text": "x" * 200_000, "scale": 1},
    )
    file = export(result, settings={"defaults": {"group_by": "pipeline"}})
    (task,) = run(kubeflow, result, file, {"scale": 2}).ok().tasks
    assert len(task.command) > 10
    assert max(map(len, task.command)) < 128 * 1024
    assert (result.path / "data" / "end.txt").read_text() == str(200_000 * 2 + 400 * 2)
