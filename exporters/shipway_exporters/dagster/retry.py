"""Retries in Dagster's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.planner.plan import Task
from shipway_exporters.values.seconds import seconds


def retry_policy(task: Task, jitter: str | None) -> Call | None:
    """Return the policy of a task; `None` for one that is not tried again."""
    settings = task.settings
    if not settings.retries:
        return None
    return Call("dg.RetryPolicy", (), tuple(_arguments(task, jitter)))


def growth(task: Task) -> float | int | None:
    """Return the factor of the pauses, where there is a second pause for it."""
    settings = task.settings
    grows = settings.retry_delay and (settings.retries or 0) > 1 and settings.retry_backoff != 1
    return seconds(settings.retry_backoff) if grows and settings.retry_backoff else None


def _arguments(task: Task, jitter: str | None) -> Iterator[tuple[str, Any]]:
    settings = task.settings
    yield "max_retries", settings.retries
    if settings.retry_delay:
        yield "delay", seconds(settings.retry_delay)
        if jitter and growth(task) is None:
            yield "jitter", Code(f"dg.Jitter.{jitter}")
