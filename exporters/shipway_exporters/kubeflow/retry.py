"""Retries, as Kubeflow and Argo below it read them."""

from __future__ import annotations

import math
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Task

_MONTH = 30 * 86400
_LONGEST = 10 * 365 * 86400
"""Growing pauses come to more than a duration can hold (protobuf, Duration: 10,000 years)."""


def retry_policy(task: Task) -> dict[str, Any]:
    """Return the retry policy of a task; empty without retries.

    The server reads whole seconds, and Argo whole factors. `backoffMaxDuration` is the time within
    which a task may be tried again, counted from its first try (Argo, `Backoff.maxDuration`), so
    it must cover all tries.

    Raises:
        UnsupportedError: the factor is no whole number.
    """
    settings = task.settings
    if not settings.retries:
        return {}
    factor = settings.retry_backoff or 1.0
    if factor != int(factor):
        raise UnsupportedError(
            Finding(
                what=f"Argo multiplies a pause by whole numbers, not by {factor}.",
                where=settings.places.get("retry_backoff"),
                remedy="Set `retry_backoff` to 1, 2 or 3.",
            )
        )
    delay = math.ceil(settings.retry_delay or 0)
    return {
        "retryPolicy": {
            "maxRetryCount": settings.retries,
            "backoffDuration": f"{delay}s",
            "backoffFactor": float(factor),
            "backoffMaxDuration": f"{_longest(task, delay, int(factor))}s",
        }
    }


def _longest(task: Task, delay: int, factor: int) -> int:
    """All tries up to their time-out and all pauses; a month where a try may take for ever."""
    retries, timeout = task.settings.retries or 0, task.settings.timeout
    if timeout is None:
        return _MONTH
    pauses: int = sum(delay * factor**i for i in range(retries))
    return min(math.ceil(timeout * (retries + 1)) + pauses + 3600, _LONGEST)
