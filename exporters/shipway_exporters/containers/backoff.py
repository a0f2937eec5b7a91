"""Retries as Argo Workflows reads them, which also runs what Kubeflow Pipelines is given."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Task

# Without a time-out nothing bounds a try, and Argo needs a number: 0 would allow no retry at all.
_MONTH = 30 * 86400
_LONGEST = 10 * 365 * 86400
"""Growing pauses come to more than a duration can hold (protobuf, Duration: 10,000 years)."""


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How often and when a task is tried again.

    Args:
        limit: retries at most.
        duration: seconds before the first of them.
        factor: by how much each pause is longer than the one before.
        longest: seconds from the first try on, within which a task may be tried again.
    """

    limit: int
    duration: int
    factor: int
    longest: int


def backoff_of(task: Task) -> Backoff | None:
    """Return the retries of a task; `None` where it has none.

    Argo reads whole seconds and whole factors. Its `Backoff.maxDuration` counts from the first try,
    so it must cover all tries. Source: `workflow/controller/operator.go`, processNodeRetries.

    Raises:
        UnsupportedError: the pause or the factor is no whole number.
    """
    settings = task.settings
    if not settings.retries:
        return None
    # No backoff is a factor of 1: the pause stays as it is.
    factor = settings.retry_backoff or 1.0
    if factor != int(factor):
        raise UnsupportedError(
            Finding(
                what=f"Argo multiplies a pause by whole numbers, not by {factor}.",
                where=settings.places.get("retry_backoff"),
                remedy="Set `retry_backoff` to 1, 2 or 3.",
            )
        )
    pause = _whole_seconds(task)
    longest = _longest(settings.retries, settings.timeout, pause, int(factor))
    return Backoff(limit=settings.retries, duration=pause, factor=int(factor), longest=longest)


def _whole_seconds(task: Task) -> int:
    """Return the first pause, of which KFP would cut fractions of a second off.

    Source: `argocompiler/container.go`, getTaskRetryParametersWithValues.
    """
    pause = task.settings.retry_delay or 0.0
    if pause != int(pause):
        raise UnsupportedError(
            Finding(
                what=f"Argo waits whole seconds before a retry, not {pause:g}.",
                where=task.settings.places.get("retry_delay"),
                remedy=f"Set `retry_delay` to {math.ceil(pause)}s.",
            )
        )
    return int(pause)


def _longest(retries: int, timeout: float | None, pause: int, factor: int) -> int:
    """All tries up to their time-out and all pauses, and a month beside them.

    Argo's clock also runs while a pod waits for a machine, which on a busy cluster takes days; and
    no time-out limits it. A try that may take for ever has that month alone.
    """
    if timeout is None:
        return _MONTH
    pauses: int = sum(pause * factor**number for number in range(retries))
    return min(math.ceil(timeout * (retries + 1)) + pauses + _MONTH, _LONGEST)
