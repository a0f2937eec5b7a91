"""Load files of definitions in one process, and say what Dagster makes of each, as JSON.

Runs in Dagster's own environment: standard input holds a list of paths.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import dagster as dg

# The folder of a script is the first where Python looks for modules.
from pods import jobs_of_steps  # type: ignore[import-not-found]


def load(path: str, name: str) -> ModuleType:
    """Import a file by its path."""
    spec = spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def describe(module: ModuleType) -> dict[str, Any]:
    """What Dagster makes of a file that it takes."""
    dg.Definitions.validate_loadable(module.defs)
    (name,) = (job.name for job in module.defs.jobs)
    job = module.defs.resolve_job_def(name)
    tasks = [item for item in module.defs.assets if isinstance(item, dg.AssetsDefinition)]
    graph = module.defs.get_repository_def().asset_graph
    owners = {key: item.op.name for item in tasks for key in item.keys}
    executor = job.executor_def
    return {
        "name": job.name,
        "description": job.description,
        "tags": dict(job.tags),
        "selected": sorted(node.name for node in job.all_node_defs),
        "runs": job.metadata["runs at once"].value if job.metadata else None,
        "at_once": _at_once(executor),
        "tasks": [_task(item, graph, owners, module) for item in tasks],
        "run": module.RUN,
        "schedules": [_schedule(item) for item in module.defs.schedules or ()],
        "parameters": _parameters(module),
        "pods": jobs_of_steps(job, module.__file__) if hasattr(module, "k8s_job_executor") else {},
        "names": getattr(module, "NAMES", {}),
    }


def _at_once(executor: Any) -> Any:
    """The limit in the config that a job's executor has before a run sets any."""
    config = executor.apply_config_mapping({"config": {}}).value["config"]
    return config.get("multiprocess", config).get("max_concurrent") or None


def _task(item: Any, graph: Any, owners: dict[Any, str], module: ModuleType) -> dict[str, Any]:
    """A task, with what it hands over to its process."""
    parents = {parent for key in item.keys for parent in graph.get(key).parent_keys}
    policy = item.op.retry_policy
    return {
        "op": item.op.name,
        "keys": sorted(key.to_user_string() for key in item.keys),
        "needs": sorted({owners[key] for key in parents if key in owners} - {item.op.name}),
        "owners": sorted({owner for spec in item.specs for owner in spec.owners}),
        "kinds": sorted({kind for spec in item.specs for kind in spec.kinds}),
        "description": [spec.description for spec in item.specs],
        "retries": policy and policy.max_retries,
        "delay": policy and policy.delay,
        "pool": item.op.pool,
        "job": _job(item, module),
    }


def _job(item: Any, module: ModuleType) -> dict[str, Any]:
    """The arguments of the call in a task's function; those that have a default have it."""
    signature = inspect.signature(module.kedro)
    arguments: dict[str, Any] = {}

    def record(*args: Any, **kwargs: Any) -> list[Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments.update({**bound.arguments, **bound.arguments.pop("job")})
        return []

    original, module.kedro = module.kedro, record  # type: ignore[attr-defined]
    try:
        function = item.op.compute_fn.decorated_fn
        list(function(*(None for _ in inspect.signature(function).parameters)))
    finally:
        module.kedro = original  # type: ignore[attr-defined]
    return {k: v for k, v in arguments.items() if k not in ("context", "parameters", "job")}


def _schedule(schedule: Any) -> dict[str, Any]:
    instance = _instance()
    ((request,), room) = (_requests(schedule, instance), _room(schedule, instance))
    return {
        "job": schedule.job_name,
        "cron": schedule.cron_schedule,
        "zone": schedule.execution_timezone,
        "config": request.run_config,
        "status": schedule.default_status.value,
        "room": room,
    }


@cache
def _instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.get()


def _requests(schedule: Any, instance: dg.DagsterInstance) -> list[Any]:
    with dg.build_schedule_context(instance=instance) as context:
        # It would open the same one again, and look at all of its tables.
        context._instance = instance
        return list(schedule.evaluate_tick(context).run_requests or ())


def _room(schedule: Any, instance: dg.DagsterInstance, most: int = 5) -> int | None:
    """How many runs are under way when the clock starts no other; `None` for no limit."""
    runs = [
        dg.DagsterRun(job_name=schedule.job_name, status=dg.DagsterRunStatus.STARTED)
        for _ in range(most)
    ]
    try:
        for number, run in enumerate(runs, 1):
            instance.add_run(run)
            if not _requests(schedule, instance):
                return number
    finally:
        for run in runs[:most]:
            # Of its events there are none, and to delete them makes a database of the run's own.
            instance.run_storage.delete_run(run.run_id)
    return None


def _parameters(module: ModuleType) -> dict[str, Any]:
    """The defaults of the resource's fields, as Dagster's own form has them."""
    values = {}
    for resource in (module.defs.resources or {}).values():
        schema = resource.get_resource_definition().config_schema.config_type
        for name, field in schema.fields.items():
            has_default = field.default_provided and field.default_value is not None
            values[name] = field.default_value if has_default else None
    return values


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    paths = json.load(sys.stdin)
    result = [describe(load(path, f"file{number}")) for number, path in enumerate(paths)]
    json.dump(result, answers)
    answers.flush()
