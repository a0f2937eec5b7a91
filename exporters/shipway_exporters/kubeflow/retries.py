"""The retries of a task, as the server hands them to Argo."""

from __future__ import annotations

from typing import Any

from shipway.planner.plan import Task
from shipway_exporters.containers.backoff import backoff_of


def retries_of(task: Task) -> dict[str, Any]:
    """Return what a task of a DAG says of its retries; nothing where it has none."""
    backoff = backoff_of(task)
    if backoff is None:
        return {}
    return {
        "retryPolicy": {
            "maxRetryCount": backoff.limit,
            # `google.protobuf.Duration` in JSON is a text of seconds that ends in `s`.
            "backoffDuration": f"{backoff.duration}s",
            "backoffFactor": float(backoff.factor),
            "backoffMaxDuration": f"{backoff.longest}s",
        }
    }
