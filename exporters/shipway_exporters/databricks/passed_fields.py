"""Fields of Databricks' own, from the settings into a job and back.

For all tasks they stand under `targets.databricks.task`; for some, under `targets: {databricks: …}`
of a pipeline, a tag, a namespace or a node, which goes before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.problems import Problem
from shipway_exporters.databricks.field_rules import refusal_of
from shipway_exporters.databricks.models import fields_of
from shipway_exporters.databricks.options import COMPUTE, TASK

_PREFIX = "databricks."
_SET_BESIDE = frozenset({"queue", "retry_on_timeout", "disable_auto_optimization"})
"""Fields that a setting writes as well, where nothing else is said."""


def job_fields_of(plan: Plan) -> dict[str, Any]:
    """Return the further fields of a job."""
    return {name: as_lists(value) for name, value in plan.options.get("job", {}).items()}


def task_fields_of(plan: Plan, task: Task) -> dict[str, Any]:
    """Return the further fields of a task.

    Raises:
        UnsupportedError: its own settings name one that there is not, or that is not passed on.
    """
    values = {**plan.options.get("task", {}), **_own(task)}
    return {name: as_lists(value) for name, value in values.items() if name != COMPUTE}


def differing(model: str, planned: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """Return the passed fields that a file has otherwise than planned, as pairs.

    Args:
        model: `Job` or `Task`.
        actual: all fields that the file has.
    """
    names = dict.fromkeys((*planned, *(name for name in actual if _is_passed(model, name))))
    pairs = {name: (planned.get(name), actual.get(name)) for name in names}
    return {
        name: pair
        for name, pair in pairs.items()
        if pair[0] != pair[1] and not (name in _SET_BESIDE and pair[0] is None)
    }


def as_lists(value: Any) -> Any:
    """Return a value as a file has it: lists for what the settings hold as tuples."""
    if isinstance(value, Mapping):
        return {key: as_lists(item) for key, item in value.items()}
    return [as_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def _is_passed(model: str, name: str) -> bool:
    return name in fields_of(model) and refusal_of(model, name) is None


def _own(task: Task) -> dict[str, Any]:
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
