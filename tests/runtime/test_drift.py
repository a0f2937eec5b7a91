"""A task does not run a pipeline that is not the exported one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.tasks.signature import digest

from .tasks import HERE, Tasks, entry, own_project

HOOK = """
from pathlib import Path

from kedro.framework.hooks import hook_impl


class Recorder:
    @hook_impl
    def before_pipeline_run(self):
        Path("ran").touch()


HOOKS = (Recorder(),)
"""
NODES = """
def copy(*words):
    return words[0]
"""
REGISTRY = """
return {"__default__": pipeline([]), "sales": pipeline([
    node(f.copy, "params:word", "a", name="first_node"),
    node(f.copy, ["a", "params:more"], "b", name="second_node", confirms="a"),
])}
"""
FIRST = {"first_node": "params:word -> a"}
SECOND = {"second_node": "a, params:more -> b; confirms a"}


def sales(folder: Path, python: Path) -> Tasks:
    project = own_project(
        folder,
        REGISTRY,
        nodes=NODES,
        settings=HOOK,
        catalog={"a": entry("Plain", "a.json"), "b": entry("Plain", "b.json")},
        parameters={"word": "w", "more": "m"},
    )
    return Tasks(project, python, {"pipeline": "sales"}, in_forks=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return sales(tmp_path_factory.mktemp("drift"), HERE)


@pytest.fixture
def tasks(project: Tasks) -> Tasks:
    (project.project.path / "ran").unlink(missing_ok=True)
    return project


def export(nodes: Mapping[str, str], others: Mapping[str, str]) -> dict[str, Any]:
    return {"nodes": nodes, "others": others, "digest": digest({**nodes, **others})}


def check_refused(tasks: Tasks, job: Mapping[str, Any], *lines: str) -> None:
    process = tasks.attempt(**job)
    assert process.code == 7, process.output
    start = "shipway: The pipeline `sales` here is not the one that this task was exported from."
    text = process.from_last(start)
    assert "SHIPWAY_ALLOW_DRIFT=1 runs it anyway." in text[1]
    assert text[2:] == list(lines)
    assert not (tasks.project.path / "ran").exists()


def test_the_exported_pipeline_runs_and_no_other(any_kedro: Path, tmp_path: Path) -> None:
    tasks = sales(tmp_path, any_kedro)
    line = "shipway: The node `second_node` is in no task: `a, params:more -> b; confirms a`."
    check_refused(tasks, export(FIRST, {}), line)
    tasks.run(**export(FIRST, SECOND))
    assert (tasks.project.path / "ran").exists()


def test_a_node_that_is_gone_is_named_with_what_it_may_be_now(tasks: Tasks) -> None:
    job = export(FIRST, {"second_nodes": SECOND["second_node"]})
    check_refused(
        tasks,
        job,
        "shipway: The node `second_nodes` is gone.",
        "  Is it `second_node` now?",
        "shipway: The node `second_node` is in no task: `a, params:more -> b; confirms a`.",
    )


def test_a_node_with_other_inputs_is_named_with_both(tasks: Tasks) -> None:
    job = export(FIRST, {"second_node": "a -> b"})
    line = "shipway: The node `second_node` was `a -> b`, and is now "
    check_refused(tasks, job, f"{line}`a, params:more -> b; confirms a`.")


def test_it_can_be_allowed_and_is_then_a_warning(tasks: Tasks) -> None:
    job = export(FIRST, {"second_node": "a -> b"})
    process = tasks.attempt(**job, env={"SHIPWAY_ALLOW_DRIFT": "1"})
    assert process.code == 0, process.output
    assert "The node `second_node` was `a -> b`" in " ".join(process.output.split())
    assert (tasks.project.path / "ran").exists()


@pytest.mark.parametrize("allowed", ["0", "1"])
def test_a_node_of_its_own_that_is_gone_is_never_allowed(tasks: Tasks, allowed: str) -> None:
    job = export({"frist_node": "params:word -> a"}, SECOND)
    process = tasks.attempt(**job, env={"SHIPWAY_ALLOW_DRIFT": allowed})
    assert process.code == 7
    text = process.from_last("shipway: The node `frist_node` is gone.")
    assert text[1] == "  Is it `first_node` now?"
    assert not (tasks.project.path / "ran").exists()


def test_without_a_digest_nothing_is_compared(tasks: Tasks) -> None:
    tasks.run("first_node", others={"second_node": "a -> b"})
    assert (tasks.project.path / "ran").exists()


def test_a_function_can_be_mended_without_a_new_export(tmp_path: Path) -> None:
    registry = REGISTRY.replace("node(f.copy,", "node(f.renamed,")
    nodes = NODES.replace("copy", "renamed")
    catalog = {"a": entry("Plain", "a.json")}
    parameters = {"word": "w", "more": "m"}
    project = own_project(tmp_path, registry, nodes=nodes, catalog=catalog, parameters=parameters)
    Tasks(project, HERE, {"pipeline": "sales"}).run(**export(FIRST, SECOND))
