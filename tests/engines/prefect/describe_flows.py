"""Run by Prefect's python: load flow files as Prefect does, and tell what each holds.

Reads a JSON list of `FILE:FUNCTION` on stdin. Nothing runs: where the flow would hand its tasks to
Prefect, they are described instead.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema


def describe(entrypoint: str) -> dict[str, Any]:
    """Return what a flow is, and its tasks, which are Prefect's own objects by then."""
    flow: Any = load_flow_from_entrypoint(entrypoint)
    module = flow.fn.__globals__
    found: list[Any] = []

    def keep(run: Any) -> None:
        found.append(run)

    module["KedroRun"].finish = keep
    module["get_client"] = lambda **_: _Client()
    module["get_run_context"] = lambda: SimpleNamespace(flow=flow)
    module["flow_run"] = SimpleNamespace(id="00000000-0000-0000-0000-000000000000")
    module["os"] = SimpleNamespace(environ={}, access=lambda *_: True, X_OK=1)
    flow.fn()
    (run,) = found
    return {
        "name": flow.name,
        "description": flow.description,
        "schema": parameter_schema(flow).model_dump(),
        "workers": flow.task_runner._max_workers,
        "inputs": run.facts.get("inputs", {}),
        "defaults": run.facts.get("defaults", {}),
        "store": run.facts.get("store"),
        "tasks": [task(each, module["kedro_task"]) for each in run.tasks],
    }


def task(each: Any, base: Any) -> dict[str, Any]:
    """Return what Prefect knows of a task, and what its process is told."""
    made = base.with_options(**each.options)
    return {
        "name": made.name,
        "run_name": made.task_run_name.format(),
        "tags": sorted(made.tags),
        "retries": made.retries,
        "delays": made.retry_delay_seconds,
        "persist": made.persist_result,
        "timeout": getattr(each, "timeout", None),
        "env": getattr(each, "env", {}),
        "secrets": getattr(each, "secrets", {}),
        "job": each.job,
        "after": [before.job["task"] for before in each.after],
    }


class _Client:
    """Stands for a client, whose run has just started."""

    def __enter__(self) -> Any:
        started = SimpleNamespace(isoformat=lambda: "2026-01-31T06:00:00+00:00")
        return SimpleNamespace(read_flow_run=lambda _: SimpleNamespace(start_time=started))

    def __exit__(self, *_: object) -> None:
        return None


json.dump([describe(entrypoint) for entrypoint in json.load(sys.stdin)], sys.stdout)
