"""Settings that a target may or may not express, and how it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SupportLevel = Literal["native", "emulated", "unsupported"]


@dataclass(frozen=True)
class Support:
    """How a target carries out a setting.

    Args:
        level: by its own means, by means of the emitted code, or not at all.
        how: the target's own word for it; for what is unsupported, what to do instead.
    """

    level: SupportLevel
    how: str = ""


CAPABILITIES: Mapping[str, str] = {
    "image": "container image of a task",
    "retries": "retries of a failed task",
    "retry_delay": "pause before a retry",
    "retry_backoff": "growing pauses",
    "timeout": "time-out of a task",
    "resources.cpu": "cores of a task",
    "resources.memory": "memory of a task",
    "resources.gpu": "accelerators of a task",
    "resources.gpu_type": "kind of accelerator",
    "env": "environment variables",
    "secrets": "secrets by reference",
    "volumes": "shared volumes",
    "service_account": "account a task runs as",
    "schedule.cron": "start by the clock, with time zone",
    "schedule.datasets": "start when datasets are written",
    "schedule.start": "first day of the schedule",
    "schedule.catchup": "running what was missed",
    "schedule.parameters": "values of its own for scheduled runs",
    "concurrency.runs": "limit of runs at once",
    "concurrency.tasks": "limit of tasks at once",
    "parameters": "parameters set at trigger time",
    "run_parameters": "facts of a run as parameters",
    "owner": "owner",
    "labels": "labels",
    "description": "description in Markdown",
    "memory.store": "in-memory datasets carried between tasks",
}
"""Every setting that a target may or may not express, with its meaning."""
