"""Run by Prefect's python: load flow files as Prefect does, and tell what each holds.

Reads a JSON list of `FILE:FUNCTION` on stdin. Nothing runs: where the flow would hand a task to
Prefect's runner, the task is described instead.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from prefect import Task, artifacts, futures
from prefect.context import FlowRunContext, TaskRunContext
from prefect.flows import load_flow_from_entrypoint
from prefect.states import Completed, State
from prefect.utilities.callables import get_call_parameters, parameter_schema

STARTED = SimpleNamespace(isoformat=lambda: "2026-01-31T06:00:00+00:00")
FLOW_RUN = SimpleNamespace(id=UUID(int=0), start_time=STARTED, expected_start_time=STARTED)


class Submitted:
    """Stands for a future, of a task that has succeeded."""

    def __init__(self, task: Task[..., Any], *args: Any, wait_for: Any = (), **kwargs: Any) -> None:
        self.task = task
        self.after = wait_for
        self.parameters = get_call_parameters(task.fn, args, kwargs)
        self.state: State[None] = Completed()

    def description(self) -> dict[str, Any]:
        """Return what Prefect knows of the task, and what its process is told."""
        task, run = self.task, self.parameters["run"]
        with patch.object(TaskRunContext, "get", lambda: SimpleNamespace(task=task)):
            run_name = task.task_run_name()
        return {
            "name": task.name,
            "run_name": run_name,
            "tags": sorted(task.tags),
            "retries": task.retries,
            "delays": task.retry_delay_seconds,
            "persist": task.persist_result,
            "env": self.parameters.get("env"),
            "secrets": self.parameters.get("secrets"),
            "job": {**run.job, "nodes": self.parameters["nodes"], **self.parameters["job"]},
            "after": [before.task.name for before in self.after],
        }


def describe(entrypoint: str) -> dict[str, Any]:
    """Return what a flow is, and its tasks, which are Prefect's own objects by then."""
    flow: Any = load_flow_from_entrypoint(entrypoint)
    submitted: list[Submitted] = []
    tables: list[list[dict[str, Any]]] = []

    def submit(*args: Any, **kwargs: Any) -> Submitted:
        submitted.append(Submitted(*args, **kwargs))
        return submitted[-1]

    flow_context = SimpleNamespace(flow=flow, flow_run=FLOW_RUN)
    with (
        patch.dict(flow.fn.__globals__, COMMAND=[sys.executable]),
        patch.object(Task, "submit", submit),
        patch.object(FlowRunContext, "get", lambda: flow_context),
        patch.object(futures, "resolve_futures_to_states", _states),
        patch.object(artifacts, "create_table_artifact", lambda rows, **_: tables.append(rows)),
    ):
        assert flow.fn() is None, "all tasks have succeeded"
    (table,) = tables
    assert [row["task"] for row in table] == [each.task.name for each in submitted]
    run = submitted[0].parameters["run"]
    slots = getattr(run, "slots", None)
    return {
        "name": flow.name,
        "description": flow.description,
        "schema": parameter_schema(flow).model_dump(),
        "at_once": slots._value if slots else flow.task_runner._max_workers,
        "inputs": run.job.get("inputs", {}),
        "defaults": run.job.get("defaults", {}),
        "store": run.job.get("store"),
        "tasks": [each.description() for each in submitted],
    }


def _states(tasks: dict[str, Submitted]) -> dict[str, State[None]]:
    return {name: task.state for name, task in tasks.items()}


json.dump([describe(entrypoint) for entrypoint in json.load(sys.stdin)], sys.stdout)
