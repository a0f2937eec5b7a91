"""An entry that the run does not write, in the place of one that it does, is as it was before."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .tasks import Tasks, entry, own_project

OLD, OLDER = "2026-01-30T00.00.00.000Z", "2026-01-01T00.00.00.000Z"
LATER = "2026-01-31T07:00:00Z"
NODES = """
def join(*words):
    return "+".join(words)
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.join, ["prev", "params:word"], "champ", name="train"),
    node(f.join, ["champ", "prev"], "compared", name="compare"),
    node(f.join, ["compared", "late"], "end", name="last"),
])}
"""
BEFORE: dict[str, Any] = {"before_run": ["prev"], "from_run": ["champ", "late"]}


@pytest.fixture(params=["Remote", "Local"])
def tasks(request: pytest.FixtureRequest, any_kedro: Path, tmp_path: Path) -> Tasks:
    versioned = entry(request.param, "champ.json", versioned=True)
    bare = {key: value for key, value in versioned.items() if key != "versioned"}
    catalog = {
        "champ": versioned,
        "prev": {"type": "CachedDataset", "versioned": True, "dataset": bare},
        "late": versioned,
        "compared": entry("Plain", "compared.json"),
        "end": entry("Plain", "end.json"),
    }
    parameters = {"word": "new"}
    project = own_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    for version, word in ((OLDER, "older"), (OLD, "old")):
        project.write(f"data/champ.json/{version}/champ.json", f'"{word}"')
    return Tasks(project, any_kedro, job=BEFORE, in_forks=True)


def test_it_is_as_in_kedro_run_also_when_tried_again_and_when_runs_meet(tasks: Tasks) -> None:
    assert tasks.kedro("run").code == 0
    theirs = tasks.data("compared.json"), tasks.data("end.json")
    assert theirs == ("old+new+old", "old+new+old+old+new")
    for version in set(tasks.versions("champ.json")) - {OLD, OLDER}:
        (tasks.project.path / f"data/champ.json/{version}/champ.json").unlink()

    tasks.run("train")
    tasks.run("train", run_id="other", created=LATER, params={"word": "of another run"})
    tasks.run("train")
    for _ in range(2):
        tasks.run("compare")
        tasks.run("last")
    assert (tasks.data("compared.json"), tasks.data("end.json")) == theirs


def test_the_version_that_is_asked_for_has_the_last_word(tasks: Tasks) -> None:
    tasks.run("train", "compare", load_versions={"prev": OLDER})
    assert tasks.data("compared.json") == "older+new+older"


def test_without_an_earlier_version_a_run_never_takes_its_own(tasks: Tasks) -> None:
    tasks.run("train")
    for version in (OLD, OLDER):
        (tasks.project.path / f"data/champ.json/{version}/champ.json").unlink()
    process = tasks.attempt("compare")
    assert process.code == 1
    assert "Did not find any versions" in " ".join(process.output.split())


TRANSCODED = """
return {"__default__": pipeline([
    node(f.join, "params:word", "x@w", name="make"),
    node(f.join, "x@r", "end", name="read"),
])}
"""


def test_a_name_without_transcoding_stands_for_all_of_its_forms(
    any_kedro: Path, tmp_path: Path
) -> None:
    """As a run of some tasks alone names it, which writes none of them."""
    versioned = entry("Local", "x.json", versioned=True)
    catalog = {"x@w": versioned, "x@r": versioned, "end": entry("Plain", "end.json")}
    project = own_project(
        tmp_path, TRANSCODED, nodes=NODES, catalog=catalog, parameters={"word": "later"}
    )
    project.write(f"data/x.json/{OLD}/x.json", '"old"')
    tasks = Tasks(project, any_kedro, in_forks=True)
    tasks.run("make", run_id="other", created=LATER)
    tasks.run("read", before_run=["x"])
    assert tasks.data("end.json") == "old"
    tasks.run("read")
    assert tasks.data("end.json") == "later", "the control"


ORDER = """
return {"__default__": pipeline([
    node(f.join, "params:word", "start", name="m"),
    node(f.join, "params:word", "one", name="z"),
    node(f.join, ["start", "two"], "seen", name="a"),
])}
"""


def test_nodes_of_a_task_run_in_the_order_of_the_whole_pipeline(
    any_kedro: Path, tmp_path: Path
) -> None:
    common = entry("Plain", "shared.json")
    catalog = {"one": common, "two": common, "start": entry("Plain", "start.json")}
    catalog["seen"] = entry("Plain", "seen.json")
    project = own_project(tmp_path, ORDER, nodes=NODES, catalog=catalog, parameters={"word": "new"})
    tasks = Tasks(project, any_kedro, in_forks=True)
    tasks.run("m")
    tasks.project.write("data/shared.json", '"old"')
    tasks.run("z", "a")
    assert tasks.data("seen.json") == "new+new"


def test_control_a_fork_does_and_says_what_a_process_of_its_own_does(
    any_kedro: Path, tmp_path: Path
) -> None:
    parameters = {"word": "new"}
    catalog = {name: entry("Plain", f"{name}.json") for name in ("start", "one", "two", "seen")}
    project = own_project(tmp_path, ORDER, nodes=NODES, catalog=catalog, parameters=parameters)
    tasks = Tasks(project, any_kedro)
    for node, code in ("m", 0), ("a", 1), ("nobody", 7):
        process, fork = (each.attempt(node) for each in (tasks, replace(tasks, in_forks=True)))
        assert (process.code, process.code) == (code, fork.code), fork.output
        assert said(fork.output) == said(process.output)


def said(output: str) -> str:
    """What was said, but not when."""
    return re.sub(r"\d+", "0", output)
