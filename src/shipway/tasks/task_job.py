"""The job of a task: what `shipway.runtime` takes, from a plan, and read back into its words.

A job has the keys of `shipway.runtime.job.Job`. The job of a task is the run's, with its own over
it; to that an artifact adds what only a run knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipway.planner.plan import Plan, Task, defaults
from shipway.tasks.signature import signature

_RUN_OPTIONS = ("package", "flow", "exported", "load_versions", "env", "conf_source", "params")
_TASK_OPTIONS = (
    *("task", "pipeline", "digest", "nodes", "from_run", "before_run", "stored", "store"),
    *("runner", "defaults"),
)
_JSON = (
    *("nodes", "from_run", "before_run", "stored", "load_versions", "params", "defaults"),
    *("digests", "inputs", "literals"),
)
_TASK_KEYS = ("pipeline", "digest", "from_run", "before_run", "stored", "runner")
_RUN_KEYS: Mapping[str, str] = {
    "store": "memory.store",
    "load_versions": "load_versions",
    "params": "constants",
    "env": "kedro_env",
    "conf_source": "conf_source",
}
"""Keys of a run's job, each with what `shipway.artifacts.readback` calls it."""

KEYS = frozenset({*_TASK_KEYS, *_RUN_KEYS.values()})
"""What can be read back of a job besides its nodes, by the names of the read-back."""


def option(key: str) -> str:
    """Return the name of the command line's option for a key of a job, without its dashes."""
    return key.replace("_", "-")


JSON_OPTIONS = frozenset(map(option, _JSON))
"""The options of `shipway.runtime` whose value is JSON."""


def run_job(plan: Plan) -> dict[str, Any]:
    """Return what the jobs of all tasks of a run have in common; nothing that is empty."""
    return _without_empty(
        {
            "package": plan.project,
            "exported": plan.pipeline,
            "flow": plan.name,
            "env": plan.env,
            "conf_source": plan.configuration,
            "digests": dict(plan.homes),
            "store": plan.run.store if plan.stored else None,
            "load_versions": dict(plan.run.load_versions),
            "params": dict(plan.constants),
        }
    )


def task_job(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what is a task's own in its job, without its name; nothing that is empty."""
    by_task = {"from_run": plan.from_run, "before_run": plan.before_run, "stored": plan.stored}
    return _without_empty(
        {
            "pipeline": task.pipeline,
            "nodes": {node.name: signature(node) for node in task.nodes},
            **{key: list(datasets.get(task.name, ())) for key, datasets in by_task.items()},
            "runner": task.settings.runner,
        }
    )


def run_options(plan: Plan) -> dict[str, str]:
    """Return the options that all containers of a run have, as texts by name.

    They may be read in any container alike, so what not every task needs is in `task_options`.
    """
    return _named(run_job(plan), _RUN_OPTIONS)


def task_options(plan: Plan, task: Task) -> dict[str, str]:
    """Return the options of one task, likewise; the values of its parameters are not among them."""
    job = {
        "task": task.name,
        "digest": plan.homes.get(task.pipeline),
        "store": plan.run.store if task.name in plan.stored else None,
        "defaults": {name: v for name, v in defaults(plan).items() if name in task.parameters},
    }
    return _named({**task_job(plan, task), **job}, _TASK_OPTIONS)


def nodes_in(job: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the nodes of a job, each with its signature, or with `None` where it has none."""
    nodes = job.get("nodes", {})
    pairs = nodes.items() if isinstance(nodes, Mapping) else ((name, None) for name in nodes)
    return {name: signature or None for name, signature in pairs}


def task_facts(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a whole job says of its task besides the nodes, by the keys of the read-back."""
    digest = job.get("digest") or job.get("digests", {}).get(job.get("pipeline"))
    return _without_empty({key: {**job, "digest": digest}.get(key) for key in _TASK_KEYS})


def run_facts(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job says of the whole run, likewise."""
    return _without_empty({name: job.get(key) for key, name in _RUN_KEYS.items()})


def as_options(job: Mapping[str, Any]) -> dict[str, str]:
    """Return the options that say what a job does, by name: a text itself, anything else JSON."""
    return {
        option(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in job.items()
    }


def _named(job: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    return as_options({key: job[key] for key in keys if job.get(key)})


def _without_empty(job: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in job.items() if value}
