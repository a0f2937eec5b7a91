"""A DAG file of another day's project, read without the plan that gave it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shipway.artifacts.descriptions import is_summary
from shipway.artifacts.python_expressions import call_of, constants_of
from shipway.artifacts.python_literals import Call
from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan
from shipway.settings.values import RunOn, RunSettings, Schedule, TaskSettings
from shipway_exporters.airflow.readback import read_back
from shipway_exporters.values.tags import labels_of

_PLACES: Mapping[str, RunOn] = {
    "KedroOperator": "local",
    "DockerOperator": "docker",
    "KubernetesPodOperator": "kubernetes",
}
_DERIVED = "words of a run"
"""What can be told of an artifact only beside its own plan."""


def contents_of(plan: Plan, text: str) -> Contents:
    """Return what a DAG file says, whole.

    Args:
        plan: that of the same pipeline today, which says whose the datasets are.
    """
    tree = ast.parse(text)
    version = "3" if "airflow.sdk" in text else "2.11"
    contents = _read(plan, tree, text, version, "UTC")
    zone = contents.run.get("schedule.cron", ("", "UTC"))[1]
    if zone != "UTC":  # the first day is one of the schedule's zone
        contents = _read(plan, tree, text, version, zone)
    return replace(
        contents,
        tasks={name: _plain_task(task) for name, task in contents.tasks.items()},
        run=dict(_plain(contents.run)) | {"version": version.partition(".")[0]},
    )


def _read(plan: Plan, tree: ast.Module, text: str, version: str, zone: str) -> Contents:
    run_with = "shipway" if _is_of_runtime(tree) else "kedro"
    other = stand_in(
        plan,
        {name: TaskSettings(run_on=place) for name, place in _tasks(tree)},
        name=plan.name,
        run=RunSettings(run_with=run_with, schedule=Schedule(timezone=zone)),
        options={"version": version},
    )
    return read_back(other, text).contents()


def _is_of_runtime(tree: ast.Module) -> bool:
    """Tell whether tasks call `shipway.runtime`, for which a file has a constant."""
    return not {"JOB", "RUN", "POD_RUN"}.isdisjoint(constants_of(tree))


def _tasks(tree: ast.Module) -> Iterator[tuple[str, RunOn]]:
    """Yield the tasks of a file and where they run; not the one that empties the store."""
    (block,) = (item for item in tree.body if isinstance(item, ast.With))
    for statement in block.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            call = call_of(statement.value)
            if call.function in _PLACES and not _is_cleanup(call):
                yield dict(call.kwargs)["task_id"], _PLACES[call.function]


def _is_cleanup(call: Call) -> bool:
    arguments = dict(call.kwargs)
    words = (*arguments.get("command", ()), *arguments.get("arguments", ()))
    return bool(arguments.get("clean_store")) or "--clean-store" in words


def _plain_task(task: TaskContents) -> TaskContents:
    return replace(task, settings=dict(_plain(task.settings)))


def _plain(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what is there, of what a reader tells as a pair of what was planned and what is."""
    for key, value in settings.items():
        if key == "labels":
            yield key, labels_of(tuple(value))
        elif key == "arguments":
            yield key, {name: actual for name, (_, actual) in value.items()}
        elif key == "timeout" and isinstance(value, tuple):
            yield key, value[0]
        elif key.startswith("volumes."):
            yield key, {_target(item, mount): item for mount, item in value.items()}
        elif key != _DERIVED and not (key == "description" and is_summary(value)):
            yield key, value


def _target(item: Any, mount: str) -> str:
    """Return where a volume is mounted, which the reader does not know of one of Docker's."""
    return str(dict(item.kwargs).get("target", mount)) if isinstance(item, Call) else mount
