"""What the operator of a DAG file holds: only what its tasks need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.command import (
    configuration_options,
    pipeline_option,
    takes_dollar_braces,
    version_options,
)
from shipway.job import constants, facts, optional, optional_runner, runner_of
from shipway.job import told as told_to_runtime
from shipway.literals import string
from shipway.planner.plan import Plan, Task

_CREATED = 'context["dag_run"].run_after.isoformat()'
"""When a run was created, or the moment it stands for: what no retry and no clearing changes."""
_CREATED_2 = 'str(max(context["logical_date"], context["data_interval_end"]))'
_FACTS: Mapping[str, str] = {
    "run_id": 'context["run_id"]',
    "logical_date": '(context.get("logical_date") or late).isoformat()',
    "interval_start": '(context.get("data_interval_start") or late).isoformat()',
    "interval_end": '(context.get("data_interval_end") or late).isoformat()',
}
"""Source for each fact of a run. A run that was triggered without a date has none of the moments
(Airflow 3); then the one after which it was to run stands in."""


def operator(plan: Plan, is_2: bool) -> dict[str, Any]:
    """Return what the template needs for the operator and the constants above it."""
    with_runtime = plan.run.run_with != "kedro"
    return {
        "is_runtime": with_runtime,
        "more": list(optional(plan) if with_runtime else optional_runner(plan)),
        "has_env": any(task.settings.env for task in plan.tasks),
        "settable": bool(plan.parameters),
        "run_parameters": [
            {"name": string(name), "value": _FACTS[fact]}
            for name, fact in sorted(plan.run.run_parameters.items())
        ],
        "has_moments": bool(set(plan.run.run_parameters.values()) - {"run_id"}),
        "created": _CREATED_2 if is_2 else _CREATED,
        "cleans": plan.cleanup is not None,
        "called": "shipway.runtime" if with_runtime else "kedro run",
        "root": _root(plan),
        "python": string(str(plan.options.get("python", ".venv/bin/python"))),
        "project_dir": string(plan.run.project_dir or "."),
        "package": string(plan.project),
        **constants(plan),
        **({"facts": facts(plan)} if with_runtime else _kedro_run(plan)),
    }


def told(plan: Plan, task: Task) -> Iterator[tuple[str, Any]]:
    """Yield what a task says to the operator of its nodes."""
    if plan.run.run_with == "kedro":
        yield "pipeline", task.pipeline
        yield "nodes", [node.name for node in task.nodes]
        yield from runner_of(task)
    else:
        yield from told_to_runtime(plan, task)


def _kedro_run(plan: Plan) -> dict[str, Any]:
    words = (*configuration_options(plan), *version_options(plan))
    return {
        "pipeline_option": pipeline_option(plan),
        "takes_dollar_braces": takes_dollar_braces(plan),
        "configuration": [string(word) for word in words],
    }


def _root(plan: Plan) -> dict[str, str]:
    given = plan.options.get("root") or {"env": f"{plan.project.upper()}_ROOT"}
    ((kind, name),) = given.items()
    return {"kind": kind, "name": string(name)}
