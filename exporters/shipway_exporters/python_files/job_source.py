"""What emitted Python hands to `shipway.runtime`: the parts of a job, as literals, and read back.

The keys are those of `shipway.runtime.job`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.artifacts.python_expressions import dict_with
from shipway.artifacts.python_literals import literal, string
from shipway.planner.plan import Plan, Task
from shipway.tasks.signature import signature

TOLD = frozenset({"pipeline", "digest", "from_run", "before_run", "stored", "runner"})
"""What a task is told besides its nodes, as `told_back` gives it."""
TOLD_TO_ALL = frozenset({"memory.store", "load_versions", "constants", "kedro_env", "conf_source"})
"""What all tasks of a run are told, as `all_told_back` gives it."""


def constants(plan: Plan) -> dict[str, str | None]:
    """Return the constants of a file, as source, by their use; `None` for one that is not used."""
    given: dict[str, tuple[str, Any]] = {
        "constants": ("PARAMETERS", dict(plan.constants)),
        "pipelines": ("PIPELINES", dict(plan.homes)),
        "load_versions": ("LOAD_VERSIONS", dict(plan.run.load_versions)),
        "store": ("STORE", plan.run.store if plan.stored else None),
    }
    return {
        key: literal(value, 0, len(f"{name} = ")) if value else None
        for key, (name, value) in given.items()
    }


def facts(plan: Plan) -> list[str]:
    """Return what every task of the pipeline is told, as items of a dict."""
    given = {
        "exported": plan.pipeline,
        "env": plan.env,
        "conf_source": plan.configuration,
    }
    return [f"{string(name)}: {string(value)}" for name, value in given.items() if value]


def told(plan: Plan, task: Task) -> Iterator[tuple[str, Any]]:
    """Yield what one task is told of its nodes, and of what they share with other tasks."""
    yield "pipeline", task.pipeline
    yield "nodes", {node.name: signature(node) for node in task.nodes}
    for name, by_task in _carried(plan):
        if task.name in by_task:
            yield name, list(by_task[task.name])
    yield from runner_of(task)


def runner_of(task: Task) -> Iterator[tuple[str, Any]]:
    """Yield the runner, where the settings choose one."""
    if task.settings.runner:
        yield "runner", task.settings.runner


def optional(plan: Plan) -> Iterator[dict[str, str]]:
    """Yield what only some tasks are told, each with its type, its default and its value."""
    for name, by_task in _carried(plan):
        if by_task:
            yield {"name": name, "type": "list[str] | None", "default": "None"} | {
                "value": f"{name} or []"
            }
    yield from optional_runner(plan)


def optional_runner(plan: Plan) -> Iterator[dict[str, str]]:
    """Yield the runner likewise, where a task has one of its own."""
    if any(task.settings.runner for task in plan.tasks):
        default = string("SequentialRunner")
        yield {"name": "runner", "type": "str", "default": default, "value": "runner"}


def _carried(plan: Plan) -> Sequence[tuple[str, Mapping[str, Sequence[str]]]]:
    return (
        ("from_run", plan.from_run),
        ("before_run", plan.before_run),
        ("stored", plan.stored),
    )


def told_back(given: Mapping[str, Any], module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a task is told, from the arguments that it has in emitted Python.

    Args:
        module: the constants of the file.
    """
    for key in sorted(TOLD - {"digest"}):
        if given.get(key):
            yield key, given[key]
    if digest := module.get("PIPELINES", {}).get(given.get("pipeline")):
        yield "digest", digest


def all_told_back(tree: ast.Module, module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what all tasks of emitted Python are told; `module` holds the constants of the file."""
    facts_there = dict_with(tree, "package")
    found = {
        "memory.store": module.get("STORE"),
        "load_versions": module.get("LOAD_VERSIONS"),
        "constants": module.get("PARAMETERS"),
        "kedro_env": facts_there.get("env"),
        "conf_source": facts_there.get("conf_source"),
    }
    yield from ((key, value) for key, value in found.items() if value)
