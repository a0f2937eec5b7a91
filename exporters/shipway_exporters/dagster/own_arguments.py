"""What tasks are given besides, by `task` of the options or by their own settings: their pools."""

from __future__ import annotations

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.problems import Problem
from shipway_exporters.dagster.options import TASK

_PREFIX = "dagster."


def pool_of(plan: Plan, task: Task) -> str | None:
    """Return the pool of a task: its own, or that of the target's options.

    Raises:
        UnsupportedError: its settings say something of Dagster that no task has.
    """
    common = plan.options.get("task", {}).get("pool")
    pool = _own(task).get("pool", common)
    return None if pool is None else str(pool)


def _own(task: Task) -> dict[str, object]:
    own = {
        key.removeprefix(_PREFIX): value
        for key, value in task.settings.target_arguments.items()
        if key.startswith(_PREFIX)
    }
    problems: list[Problem] = []
    values = TASK.read(own, (), problems) or {}
    if problems:
        raise UnsupportedError(*(_finding(task, problem) for problem in problems))
    return values


def _finding(task: Task, problem: Problem) -> Finding:
    place = task.settings.places.get(f"targets.{_PREFIX}{problem.path[0]}")
    return Finding(what=problem.what, where=place, remedy=problem.remedy)
