"""The retries of a task, as Vertex AI reads them.

Source: Vertex AI documentation, "Configure retries for a pipeline task": the longest pause is an
hour, and the SDK writes no other (kfp, `dsl/structures.py`, RetryPolicy.to_proto).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.errors import Finding
from shipway.planner.plan import Task

LONGEST_PAUSE = 3600


def retries_of(task: Task) -> dict[str, Any]:
    """Return what a task of a DAG says of its retries; nothing where it has none."""
    settings = task.settings
    if not settings.retries:
        return {}
    return {
        "retryPolicy": {
            "maxRetryCount": settings.retries,
            "backoffDuration": f"{int(settings.retry_delay or 0)}s",
            # Without a factor, Vertex AI would double each pause.
            "backoffFactor": float(settings.retry_backoff or 1),
            "backoffMaxDuration": f"{LONGEST_PAUSE}s",
        }
    }


def retry_faults(task: Task) -> Iterator[Finding]:
    """Yield why Vertex AI would not wait as the settings say."""
    settings = task.settings
    pause = settings.retry_delay or 0.0
    if settings.retries and pause != int(pause):
        yield Finding(
            what=f"Vertex AI waits whole seconds before a retry, not {pause:g}.",
            where=settings.places.get("retry_delay"),
            remedy=f"Set `retry_delay` to {int(pause) + 1}s.",
        )
    if settings.retries and longest_pause(task) > LONGEST_PAUSE:
        yield Finding(
            what=f"The last pause before a retry would be {longest_pause(task):,g} s; Vertex AI "
            f"waits {LONGEST_PAUSE:,} at most.",
            where=settings.places.get("retry_delay"),
            remedy="Set a shorter `retry_delay`, fewer `retries`, or `retry_backoff: 1`.",
        )


def longest_pause(task: Task) -> float:
    """Return the last pause, in seconds: each further one is longer by the factor."""
    settings = task.settings
    factor, count = settings.retry_backoff or 1.0, settings.retries or 0
    pause = settings.retry_delay or 0.0
    for _ in range(count - 1):
        # No further than it matters: a thousand retries would come to no number at all.
        if not pause or pause > LONGEST_PAUSE or factor == 1:
            break
        pause *= factor
    return pause
