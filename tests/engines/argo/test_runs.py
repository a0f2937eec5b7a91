"""Values, retries and versions of exported workflows, run as Argo's controller would."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shipway.runtime.parameter_values import escaped
from tests.engines.forks import Forks
from tests.engines.hopeless import hopeless_project
from tests.projects import KedroProject, make_project, text_file

from .controller import WorkflowRun, run_workflow
from .exported import export, host_pods
from .substitutions import Run

pytestmark = pytest.mark.engine

NODES = """
import json
from pathlib import Path


def show(hard, free, day, run_id):
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
    "empty": "", "quotes": "it's \"quoted\" `so`", "braces": "{a: [1, {b}]}",
    "two": "{{workflow.uid}}", "expression": "{{=1 + 1}}",
    "commas": "a=1,b=2:c", "dollar": "${x} $HOME $ $$ $(HOME)",
    "escaped": "\\\\${x}", "percent": "%s", "lines": "one\n\ttwo\n", "umlauts": "größe 🚢",
    "null text": "null", "true text": "true", "number text": "1e3", "missing": "???",
    "dash": "--option", "zero": 0, "negative": -7, "large": 2**53, "float": 0.1, "tiny": 1e-5,
    "big float": 1234567.5, "true": True, "false": False, "list": [1, 2, 3],
    "floats": [0.5, 2.0], "no items": [], "nested": {"a": {"b": [1]}}, "nothing": None,
    "holes": [1, None], "huge": 2**60, "whole float": 2.0, "minus zero": -0.0,
    "deep": [{"a": "{{x}}", "b": {"c": {}}}],
}  # fmt: skip
FACTS = {"day": "logical_date", "run": "run_id"}
SCHEDULED = "2026-01-30T06:00:00+01:00"
DAY = "2026-01-30T05:00:00+00:00"


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    hard = {name.replace(" ", "_"): value for name, value in HARD.items()}
    return make_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        catalog={"shown": text_file("shown.json"), "kept": text_file("kept.json", versioned=True)},
        parameters=json.dumps({"hard": escaped(hard), "free": "default"}, ensure_ascii=False),
    )


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    with Forks(tmp_path) as forks:
        yield forks


def run_of(
    project: KedroProject, forks: Forks, run: Run, **content: Any
) -> tuple[WorkflowRun, Mapping[str, Any]]:
    """Export with these settings and run; return what the first node was shown."""
    settings = {"pipelines": {"__default__": {"run_parameters": FACTS, **content}}}
    workflow = export(project, settings=settings)[0]
    outcome = run_workflow(workflow, run, host_pods(project, forks))
    return outcome, json.loads((project.path / "data" / "shown.json").read_text(encoding="utf-8"))


def test_values_reach_the_node_as_they_are(project: KedroProject, forks: Forks) -> None:
    free = "a, {b}: 'c' {{workflow.uid}} $(HOME) $$ {{=1}}"
    run = Run(scheduled=SCHEDULED, parameters={"free": free})
    outcome, display = run_of(project, forks, run, retries=1, retry_delay="30s")
    goal = {name.replace(" ", "_"): value for name, value in HARD.items()}
    assert {k: repr(v) for k, v in display["hard"].items()} == {k: repr(v) for k, v in goal.items()}
    assert (display["free"], display["run"]) == (free, run.uid)
    assert display["day"] == DAY
    assert outcome.ok().tries == {"show": [0], "flaky": [1, 0]}
    assert outcome.pauses == {"flaky": [30]}
    (version,) = (project.path / "data" / "kept.json").iterdir()
    assert version.name.startswith("2026-01-31T06.00.00.000Z-")


def test_a_run_by_hand_has_the_day_on_which_it_was_made(
    project: KedroProject, forks: Forks
) -> None:
    (project.path / "tried").touch()
    run = Run()
    assert run_of(project, forks, run)[1]["day"] == run.created.replace("Z", "+00:00")


def test_pauses_grow_and_end_with_the_limit(tmp_path: Path, forks: Forks) -> None:
    nodes = "def fail():\n    raise RuntimeError('no')\n"
    registry = 'return {"__default__": pipeline([node(f.fail, None, "x", name="fail")])}'
    result = make_project(tmp_path, registry, nodes=nodes, catalog={"x": text_file("x.txt")})
    settings = {"defaults": {"retries": 3, "retry_delay": "10s", "retry_backoff": 2}}
    workflow = export(result, settings=settings)[0]
    outcome = run_workflow(workflow, Run(), host_pods(result, forks))
    assert outcome.tries == {"fail": [1, 1, 1, 1]}
    assert outcome.pauses == {"fail": [10, 20, 40]}


def test_what_no_retry_can_mend_is_not_tried_again(tmp_path: Path, forks: Forks) -> None:
    result = hopeless_project(tmp_path)
    settings = {"defaults": {"retries": 2}}
    workflow = export(result, settings=settings)[0]
    for task in workflow["spec"]["templates"][0]["dag"]["tasks"]:
        for item in task["arguments"]["parameters"]:
            if item["name"] == "digest" and task["name"] == "drift":
                item["value"] = "another"
    outcome = run_workflow(workflow, Run(), host_pods(result, forks))
    assert outcome.tries in ({"drift": [7]}, {"fail": [1, 1, 1]})
    alone = [t for t in workflow["spec"]["templates"][0]["dag"]["tasks"] if t["name"] == "drift"]
    workflow["spec"]["templates"][0]["dag"]["tasks"] = alone
    outcome = run_workflow(workflow, Run(), host_pods(result, forks))
    assert outcome.tries == {"drift": [7]}


def test_a_retry_keeps_the_version_and_a_new_run_has_its_own(
    project: KedroProject, forks: Forks
) -> None:
    """`argo retry` goes on with the workflow, and `argo resubmit` makes another one."""
    first = Run()
    outcome, _ = run_of(project, forks, first)
    assert outcome.tries["flaky"] == [1]
    run_of(project, forks, first)[0].ok()
    versions = project.path / "data" / "kept.json"
    assert len(list(versions.iterdir())) == 1
    run_of(project, forks, Run(uid="another", created="2026-01-31T07:00:00Z"))[0].ok()
    assert len(list(versions.iterdir())) == 2


CHAIN = """
import time


def make(name):
    time.sleep(0.3)
    return name


def hand_on(value):
    time.sleep(0.3)
    return value
"""
CHAIN_REGISTRY = """
return {"__default__": pipeline([
    node(f.make, "params:name", "inner", name="make"),
    node(f.hand_on, "inner", "kept", name="hand_on"),
])}
"""


def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    """Each has its own version, and its own part of the store."""
    result = make_project(
        tmp_path,
        CHAIN_REGISTRY,
        nodes=CHAIN,
        catalog={"kept": text_file("kept.txt", versioned=True)},
        parameters={"name": "default"},
    )
    settings = {"defaults": {"memory": "store", "store": "data/store"}}
    workflow = export(result, settings=settings)[0]

    def one(name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        with Forks(folder) as forks:
            run = Run(uid=name, parameters={"name": name})
            run_workflow(workflow, run, host_pods(result, forks)).ok()

    with ThreadPoolExecutor(2) as two:
        list(two.map(one, ("first", "second")))
    texts = [file.read_text() for file in (result.path / "data" / "kept.txt").rglob("*.txt")]
    assert sorted(texts) == ["first", "second"]
