"""Whether the jobs of a plan fit into the one variable that hands each to its process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.model import Parameter
from shipway.planner.plan import Plan, Task, defaults
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway.tasks.task_job import run_job

_RUN_FACTS = 4096
"""Bytes for keys, and for what a run adds, with an id of at most 250 characters (Airflow)."""
LONGEST_DEFAULT = (LONGEST_ARGUMENT - 4 * _RUN_FACTS) // 2
"""Bytes of JSON of one parameter's default: a job may hold it twice, and nodes beside it."""
_RUN_PARAMETER = "x" * 250
"""As long as an id, and longer than a moment."""


def fitting_jobs(plan: Plan, jobs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the jobs of all tasks, by name, so that a variable holds each with the run's.

    Of very many nodes the names alone stay, each with an empty signature: the digest of their
    pipeline says whether they are what was exported, as well.

    Raises:
        UnsupportedError: one is too long all the same; a finding for each.
    """
    room = LONGEST_ARGUMENT - _RUN_FACTS - _run_length(plan)
    short = {name: _short(job, room) for name, job in jobs.items()}
    excess = {name: _length(job) - room for name, job in short.items()}
    if findings := list(_findings(plan, excess)):
        raise UnsupportedError(*findings)
    return short


def too_long(parameter: Parameter) -> str | None:
    """Return why no job can hold a parameter that a run sets; `None` where one can."""
    if (size := _length(parameter.default)) > LONGEST_DEFAULT:
        return f"its default has {size:,} bytes as JSON, more than the {LONGEST_DEFAULT:,} of a job"
    return None


def is_names_alone(job: Mapping[str, Any]) -> bool:
    """Tell whether a job names its nodes without what they read and write."""
    return not any(job["nodes"].values())


def _short(job: Mapping[str, Any], room: int) -> dict[str, Any]:
    is_long = _length(job) > room
    return {**job, "nodes": dict.fromkeys(job["nodes"], "")} if is_long else dict(job)


def _run_length(plan: Plan) -> int:
    """Bytes of what the jobs have in common: in a run that sets each parameter to its default."""
    run_parameters = dict.fromkeys(plan.run.run_parameters, _RUN_PARAMETER)
    return _length(run_job(plan)) + _inputs_length(plan) + _length(run_parameters)


def _inputs_length(plan: Plan) -> int:
    """A form sets every parameter, and beside each stands what it was when exported."""
    return 2 * _length(defaults(plan))


def _findings(plan: Plan, excess: Mapping[str, int]) -> Iterator[Finding]:
    parameters = _inputs_length(plan) + _length(dict(plan.constants))
    if max(excess.values(), default=0) > 0 and parameters > LONGEST_ARGUMENT / 2:
        yield _too_many_parameters(plan, parameters)
        return
    for name, size in excess.items():
        if size > 0:
            yield _too_many_nodes(plan.task_by_name[name], LONGEST_ARGUMENT + size)


def _too_many_parameters(plan: Plan, size: int) -> Finding:
    longest = max(plan.parameters, key=lambda parameter: _length(parameter.default), default=None)
    which = f" The longest is `{longest.name}`." if longest else ""
    return Finding(
        what=f"The parameters of a task take {size:,} bytes in the environment of its process; "
        f"Linux takes {LONGEST_ARGUMENT:,}, for all of the task's job.{which}",
        where=plan.run.places.get("parameters", "parameters, which is not set"),
        remedy="List under `parameters` those that may be set; others keep their value.",
    )


def _too_many_nodes(task: Task, size: int) -> Finding:
    return Finding(
        what=f"The job of a task of {count(len(task.nodes), 'node')} takes {size:,} bytes in the "
        f"environment of its process; Linux takes {LONGEST_ARGUMENT:,}.",
        where=f"the task `{task.label}`",
        remedy="Let fewer nodes share it: see `group_by`, or `groups`.",
    )


def _length(value: Any) -> int:
    return len(json.dumps(value))
