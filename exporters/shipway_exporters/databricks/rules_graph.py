"""Rules of tasks and of what they wait for. Source: Jobs API 2.2, `tasks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from shipway.schemas.problems import Problem
from shipway.schemas.shapes import INT32
from shipway_exporters.databricks.job import ENTRY_POINT, PACKAGE
from shipway_exporters.databricks.models import fields_of
from shipway_exporters.databricks.rules_view import Rule, View, twice

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_KINDS = [name for name in fields_of("Task") if name.endswith("_task")]
_ABOVE = {"max_retries": -1, "min_retry_interval_millis": 0, "timeout_seconds": 0}


def some_tasks(view: View) -> Iterator[Problem]:
    """A job without a task is none."""
    if not view.tasks:
        yield Problem(("tasks",), "The job has no task.")


def valid_keys(view: View) -> Iterator[Problem]:
    """`task_key`: letters, digits, `-` and `_`, at most 100, each once."""
    yield from twice([task.key for task in view.tasks], ("tasks",), "tasks")
    for task in view.tasks:
        if not _KEY.fullmatch(task.key):
            yield Problem((*task.path, "task_key"), f"`{task.key}` is no key of a task.")


def known_needs(view: View) -> Iterator[Problem]:
    """`depends_on`: tasks of the job, each once, and none in a circle."""
    keys = {task.key for task in view.tasks}
    for task in view.tasks:
        path = (*task.path, "depends_on")
        yield from twice(task.needs, path, "dependencies on")
        for name in dict.fromkeys(task.needs):
            if name not in keys:
                yield Problem(path, f"There is no task `{name}`.")
    try:
        TopologicalSorter({task.key: task.needs for task in view.tasks}).prepare()
    except CycleError as error:
        yield Problem(("tasks",), f"Tasks wait for one another: {', '.join(error.args[1])}.")


def one_kind(view: View) -> Iterator[Problem]:
    """A task is of one kind; ours all run Shipway's wheel."""
    for task in view.tasks:
        kinds = [name for name in _KINDS if name in task.spec]
        if kinds != ["python_wheel_task"]:
            yield Problem(task.path, "A task has a `python_wheel_task`, and no other kind.")
        wheel = task.wheel
        if (wheel.get("package_name"), wheel.get("entry_point")) != (PACKAGE, ENTRY_POINT):
            path = (*task.path, "python_wheel_task")
            yield Problem(path, f"A task calls `{ENTRY_POINT}` of the package `{PACKAGE}`.")
        if "named_parameters" in wheel:
            path = (*task.path, "python_wheel_task", "named_parameters")
            yield Problem(path, "Beside `parameters` they must be empty.")


def runs_after_success(view: View) -> Iterator[Problem]:
    """`run_if`: else a task reads what nobody has written."""
    for task in view.tasks:
        if task.spec.get("run_if", "ALL_SUCCESS") != "ALL_SUCCESS":
            yield Problem((*task.path, "run_if"), "A task runs after success alone.")
        if task.spec.get("disabled"):
            yield Problem((*task.path, "disabled"), "Others wait for what the task should write.")


def valid_numbers(view: View) -> Iterator[Problem]:
    """`max_retries` and what goes with it."""
    for task in view.tasks:
        for name, least in _ABOVE.items():
            value = task.spec.get(name, least)
            if isinstance(value, int) and not least <= value <= INT32:
                yield Problem((*task.path, name), f"It is from {least} to {INT32:,}.")
        if "min_retry_interval_millis" in task.spec and not task.spec.get("max_retries"):
            path = (*task.path, "min_retry_interval_millis")
            yield Problem(path, "There is no retry before which to pause.")


RULES: tuple[Rule, ...] = (
    *(some_tasks, valid_keys, known_needs, one_kind, runs_after_success, valid_numbers),
)
