"""A project's hooks are called as under `kedro run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .tasks import Tasks, entry, own_project

HOOK = """
import json
import os
from pathlib import Path

from kedro.framework.hooks import hook_impl

KEPT = {
    name: os.environ.get(name)
    for name in (
        "SHIPWAY_RUN_ID", "SHIPWAY_RUN_CREATED", "SHIPWAY_VERSION",
        "SHIPWAY_FLOW", "SHIPWAY_PIPELINE", "SHIPWAY_TASK",
    )
}


def record(name, **what):
    with Path("calls.jsonl").open("a") as file:
        file.write(json.dumps([name, what], default=str, sort_keys=True) + "\\n")


def run_facts(run_params, pipeline):
    facts = {name: repr(value) for name, value in run_params.items()}
    facts["runner"] = facts["runner"].split(" object ")[0]
    return {"run_params": facts, "nodes": [node.name for node in pipeline.nodes]}


class Recorder:
    @hook_impl
    def after_context_created(self, context):
        record("after_context_created", params=context.params, env=context.env, seen=KEPT)

    @hook_impl
    def after_catalog_created(self, catalog, parameters, save_version, load_versions):
        names = sorted(catalog.keys())
        load = dict(load_versions or {})
        record("after_catalog_created", names=names, parameters=parameters, load=load,
               version=save_version)

    @hook_impl
    def before_pipeline_run(self, run_params, pipeline, catalog):
        record("before_pipeline_run", **run_facts(run_params, pipeline))

    @hook_impl
    def before_dataset_loaded(self, dataset_name, node):
        record("before_dataset_loaded", dataset=dataset_name, node=node.name)

    @hook_impl
    def after_dataset_loaded(self, dataset_name, data, node):
        record("after_dataset_loaded", dataset=dataset_name, data=data, node=node.name)

    @hook_impl
    def before_node_run(self, node, inputs, is_async):
        record("before_node_run", node=node.name, inputs=inputs, is_async=is_async)

    @hook_impl
    def after_node_run(self, node, inputs, outputs):
        record("after_node_run", node=node.name, inputs=inputs, outputs=outputs)

    @hook_impl
    def before_dataset_saved(self, dataset_name, data, node):
        record("before_dataset_saved", dataset=dataset_name, data=data, node=node.name)

    @hook_impl
    def after_dataset_saved(self, dataset_name, data, node):
        record("after_dataset_saved", dataset=dataset_name, data=data, node=node.name)

    @hook_impl
    def on_node_error(self, error, node):
        record("on_node_error", error=repr(error), node=node.name)

    @hook_impl
    def on_pipeline_error(self, error, run_params, pipeline):
        record("on_pipeline_error", error=repr(error), **run_facts(run_params, pipeline))

    @hook_impl
    def after_pipeline_run(self, run_params, pipeline):
        record("after_pipeline_run", **run_facts(run_params, pipeline))


HOOKS = (Recorder(),)
"""
NODES = """
def copy(word):
    return word


def fail(word):
    raise ValueError("no")
"""
REGISTRY = """
sales = pipeline([
    node(f.copy, "params:word", "a", name="first"),
    node(f.copy, "a", "b", name="second"),
    node(f.fail, "params:word", "c", name="failing"),
    node(f.copy, "c", "d", name="third"),
])
more = pipeline([node(f.copy, "params:word", "e", name="other")])
return {"__default__": pipeline([]), "sales": sales, "whole": sales + more}
"""
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def tasks(any_kedro: Path, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    project = own_project(
        tmp_path_factory.mktemp("hooks"),
        REGISTRY,
        nodes=NODES,
        settings=HOOK,
        catalog={"a": entry("Local", "a.json", versioned=True), "b": entry("Plain", "b.json")},
        parameters={"word": "w", "model": {"depth": 1}},
    )
    job = {"pipeline": "sales", "exported": "whole", "task": "some task", "run_id": "Lauf 1/ä"}
    return Tasks(project, any_kedro, job, in_forks=True)


def calls(tasks: Tasks) -> Calls:
    """What the hooks have recorded, which is then removed."""
    file = tasks.project.path / "calls.jsonl"
    result = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    file.unlink()
    return result


def without_ids(recorded: Calls) -> Calls:
    """The same without what names the run."""
    clearing = json.loads(json.dumps(recorded))
    for _, what in clearing:
        for name in ("version", "seen"):
            what.pop(name, None)
        for name in ("run_id", "session_id"):
            what.get("run_params", {}).pop(name, None)
    return [(name, what) for name, what in clearing]


def kedro_run(tasks: Tasks, nodes: str, local_value: Calls) -> tuple[int, Calls]:
    """Do what a task did, given what its hooks recorded, with `kedro run`.

    The `run_params` are those of a run of the whole pipeline that was exported.
    """
    by_name = dict(local_value)
    several = "pipeline_names" in by_name["before_pipeline_run"]["run_params"]
    option = "--pipelines" if several else "--pipeline"
    tasks.kedro("run", option, "whole", "--params", "model.depth=2")
    whole = dict(without_ids(calls(tasks)))["before_pipeline_run"]["run_params"]
    process = tasks.kedro("run", option, "sales", "--nodes", nodes, "--params", "model.depth=2")
    recorded = calls(tasks)
    for _, what in recorded:
        if "run_params" in what:
            what["run_params"] = whole
    return process.code, recorded


def test_the_same_hooks_are_called_with_the_same(tasks: Tasks) -> None:
    tasks.run("first", "second", params={"model.depth": 2})
    local_value = calls(tasks)
    code, under_kedro = kedro_run(tasks, "first,second", local_value)
    assert code == 0
    assert without_ids(local_value) == without_ids(under_kedro)
    check_run_is_named(local_value)


def check_run_is_named(recorded: Calls) -> None:
    by_name = dict(recorded)
    version = by_name["after_catalog_created"]["version"]
    assert by_name["after_context_created"]["seen"] == {
        "SHIPWAY_RUN_ID": "Lauf 1/ä",
        "SHIPWAY_RUN_CREATED": "2026-01-31T06:00:00+00:00",
        "SHIPWAY_VERSION": version,
        "SHIPWAY_FLOW": "flow",
        "SHIPWAY_PIPELINE": "whole",
        "SHIPWAY_TASK": "some task",
    }
    run_params = by_name["before_pipeline_run"]["run_params"]
    ids = [run_params[name] for name in ("run_id", "session_id") if name in run_params]
    assert ids
    assert set(ids) == {repr(version)}


def test_the_same_hooks_are_called_when_a_node_fails(tasks: Tasks) -> None:
    assert tasks.attempt("failing", "third", params={"model.depth": 2}).code == 1
    local_value = calls(tasks)
    code, under_kedro = kedro_run(tasks, "failing,third", local_value)
    assert code == 1
    assert without_ids(local_value) == without_ids(under_kedro)
    assert [name for name, _ in local_value][-2:] == ["on_node_error", "on_pipeline_error"]
