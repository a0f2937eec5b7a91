"""The time-out of a task, which nothing in a spec says to Vertex AI: its own process keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.errors import Finding
from shipway.planner.plan import Task
from shipway_exporters.values.seconds import seconds

_WEEK = 7 * 86400
"""A custom job ends then (`google/cloud/aiplatform/v1/custom_job.proto`, Scheduling.timeout)."""


def arguments_of(task: Task) -> list[str]:
    """Return what a task's process is told of its time-out."""
    timeout = task.settings.timeout
    return [] if timeout is None else [f"--timeout={seconds(timeout)}"]


def timeout_faults(task: Task) -> Iterator[Finding]:
    """Yield what is wrong with a time-out that Vertex AI would not let a task reach."""
    if (task.settings.timeout or 0) > _WEEK:
        yield Finding(
            what=f"Vertex AI ends a task after seven days, not after {task.settings.timeout:g} s.",
            where=task.settings.places.get("timeout"),
            remedy="Set `timeout` to 7d, or give the work to several tasks.",
        )
