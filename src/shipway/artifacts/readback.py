"""What an artifact says, read back from it, and how that differs from the plan.

Whoever reads an artifact returns its `Contents`: an exporter, from the text that was rendered; a
test, from what the orchestrator has made of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.model import Json
from shipway.planner.plan import Plan, Task, defaults
from shipway.settings.jobs import leaves
from shipway.settings.run_settings import RUN_SETTINGS, notices
from shipway.settings.task_settings import TASK_SETTINGS
from shipway.tasks.signature import signature

IN_EVERY_ARTIFACT: Mapping[str, str] = {
    "memory.cleanup": "a task like any other: tasks and their edges are compared in any case",
    "local_files": "a property of where tasks run, which no file says",
}
"""The capabilities that no target reads back, with the reason."""


@dataclass(frozen=True, kw_only=True)
class TaskContents:
    """A task as an artifact has it.

    Args:
        nodes: the signature of each node that it runs, or `None` where only the name is told.
        needs: names of the tasks that it waits for.
        settings: what the artifact says of them, by capability: seconds, texts and numbers; and
            what else its process is told, by the name it has in a job (`pipeline`, `from_run`).
    """

    nodes: Mapping[str, str | None]
    needs: frozenset[str]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A pipeline as an artifact has it.

    Args:
        parameters: default of each parameter that may be set, by dotted name.
        run: what the artifact says of the pipeline's settings, by capability.
        keys: the capabilities that can be read back; others are not compared.
        omissions: the capabilities that the target declares and nobody can read back from this
            artifact, each with the reason.
    """

    name: str
    tasks: Mapping[str, TaskContents]
    parameters: Mapping[str, Json]
    run: Mapping[str, Any]
    keys: frozenset[str]
    omissions: Mapping[str, str] = field(default_factory=dict)


def differences(plan: Plan, contents: Contents, losses: Collection[str] = ()) -> Iterator[str]:
    """Yield what an artifact says otherwise than the plan; nothing for a right one.

    Args:
        losses: capabilities whose loss is accepted.
    """
    keys = contents.keys - set(losses)
    tasks = planned_tasks(plan)
    yield from _differs("the name", plan.name, contents.name)
    yield from _differs("the tasks", sorted(tasks), sorted(contents.tasks))
    if "parameters" in keys:
        settable = _json(dict(contents.parameters))
        yield from _differs("the parameters", _json(defaults(plan)), settable)
    yield from _values("the pipeline", run_values(plan, losses), contents.run, keys)
    for name in tasks.keys() & contents.tasks.keys():
        yield from _task(name, tasks[name], contents.tasks[name], keys)


def unread(capabilities: Iterable[str], contents: Contents) -> list[str]:
    """Return what a target declares that it can express, and nobody compares with the plan."""
    readable = contents.keys | contents.omissions.keys() | IN_EVERY_ARTIFACT.keys()
    return sorted({*capabilities} - readable)


def planned_tasks(plan: Plan) -> dict[str, TaskContents]:
    """Return the tasks that an artifact of the plan must have, by name."""
    tasks = {
        task.name: TaskContents(
            nodes={node.name: signature(node) for node in task.nodes},
            needs=frozenset(task.needs),
            settings=task_values(plan, task),
        )
        for task in plan.tasks
    }
    if plan.cleanup:
        tasks[plan.cleanup] = TaskContents(nodes={}, needs=frozenset(plan.last))
    return tasks


def task_values(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what an artifact must say of a task, by setting, and by what else its job holds."""
    values = {
        **{k: v for s in TASK_SETTINGS for k, v in s.in_artifact(task.settings).items()},
        "pipeline": task.pipeline,
        "digest": plan.homes.get(task.pipeline),
        "from_run": list(plan.from_run.get(task.name, ())),
        "before_run": list(plan.before_run.get(task.name, ())),
        "announced": frozenset(plan.announced.get(task.name, ())),
        "stored": list(plan.stored.get(task.name, ())),
        "inputs": {n: value for n, value in defaults(plan).items() if n in task.parameters},
    }
    return {key: value for key, value in values.items() if value}


def run_values(plan: Plan, losses: Collection[str] = ()) -> dict[str, Any]:
    """Return what an artifact must say of the pipeline, likewise."""
    run = plan.run
    values = {
        **{setting.name: setting.artifact(run) for setting in RUN_SETTINGS if setting.artifact},
        **{f"run_parameters.{fact}": names for fact, names in _by_fact(run.run_parameters).items()},
        **notices(run),
        "memory.store": run.store if plan.stored else None,
        "constants": dict(plan.constants),
        "jobs": {job.name: _of_job(plan, job, losses) for job in plan.jobs},
        "kedro_env": plan.env,
        "conf_source": plan.configuration,
    }
    return {key: value for key, value in values.items() if value}


def _of_job(plan: Plan, job: Plan, losses: Collection[str]) -> dict[str, Any]:
    """Return what an artifact that several jobs share must say of one of them."""
    common = leaves(plan.constants)
    schedule = {s.name: s.artifact(job.run) for s in RUN_SETTINGS if s.artifact and _starts(s.name)}
    values = {
        "params": {n: v for n, v in leaves(job.constants).items() if n not in common},
        **{name: value for name, value in schedule.items() if name not in losses},
    }
    return {key: value for key, value in values.items() if value}


def _starts(setting: str) -> bool:
    return setting.startswith("schedule.")


def _by_fact(run_parameters: Mapping[str, str]) -> dict[str, frozenset[str]]:
    facts = run_parameters.values()
    return {fact: frozenset(n for n, f in run_parameters.items() if f == fact) for fact in facts}


def _task(
    name: str, plan: TaskContents, actual: TaskContents, keys: Collection[str]
) -> Iterator[str]:
    what = f"the task `{name}`"
    # Of very many nodes an artifact may hold the names alone.
    signatures = {node: text for node, text in plan.nodes.items() if actual.nodes.get(node)}
    nodes = {**dict.fromkeys(plan.nodes), **signatures}
    yield from _differs(f"the nodes of {what}", nodes, actual.nodes)
    yield from _differs(f"what {what} waits for", sorted(plan.needs), sorted(actual.needs))
    yield from _values(what, plan.settings, actual.settings, keys)


def _values(
    what: str, plan: Mapping[str, Any], actual: Mapping[str, Any], keys: Collection[str]
) -> Iterator[str]:
    for key in sorted((plan.keys() | actual.keys()) & set(keys)):
        one, other = plan.get(key), actual.get(key)
        # A factor comes back as a quotient of pauses that were rounded to milliseconds.
        if not _alike(one, other, 1e-3 if key == "retry_backoff" else 0):
            yield from _differs(f"`{key}` of {what}", one, other)


def _alike(plan: Any, actual: Any, tolerance: float) -> bool:
    """Tell whether two values are the same; some targets take whole numbers alone."""
    if isinstance(plan, (int, float)) and isinstance(actual, (int, float)):
        return math.isclose(plan, actual, rel_tol=tolerance) or math.ceil(plan) == actual
    return bool(plan == actual)


def _differs(what: str, plan: Any, actual: Any) -> Iterator[str]:
    if plan != actual:
        yield f"{what}: {plan!r} in the plan, {actual!r} in the artifact"


def _json(value: Any) -> str:
    """A text in which `1`, `1.0` and `true` differ."""
    return json.dumps(value, sort_keys=True)
