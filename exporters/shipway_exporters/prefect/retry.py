"""Retries in Prefect's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.planner.plan import Task
from shipway_exporters.values.seconds import seconds

_MOST_DELAYS = 50
"""Prefect takes at most 50 pauses, and repeats the last. Source: `prefect.tasks.Task`."""

_LONGEST = 365 * 86400
"""Pauses grow beyond what Prefect can add to a date."""


def retry_options(task: Task, jitter: float | None) -> Iterator[tuple[str, Any]]:
    """Yield what a task's decorator or `with_options` takes for its retries."""
    settings = task.settings
    if settings.retries is None:
        return
    yield "retries", settings.retries
    if settings.retries and settings.retry_delay is not None:
        yield "retry_delay_seconds", _pauses(task, settings.retry_delay)
        if jitter:
            yield "retry_jitter_factor", seconds(jitter)


def _pauses(task: Task, first: float) -> Any:
    factor = task.settings.retry_backoff or 1.0
    count = min(task.settings.retries or 0, _MOST_DELAYS)
    # One number stands for all pauses alike; a list is needed where they differ.
    if factor == 1 or count == 1:
        return seconds(first)
    pauses = (min(first * factor**number, _LONGEST) for number in range(count))
    # To milliseconds: powers of a factor such as 1.1 have no short decimals.
    return [seconds(round(pause, 3)) for pause in pauses]
