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
    "run_parameters.logical_date": "the time that a run is for, as a parameter",
    "run_parameters.run_id": "the id of a run, as a parameter",
    "run_parameters.interval_start": "where the data of a run begins, as a parameter",
    "run_parameters.interval_end": "where the data of a run ends, as a parameter",
    "owner": "owner",
    "labels": "labels",
    "description": "description in Markdown",
    "memory.store": "in-memory datasets carried between tasks",
    "memory.cleanup": "a last task that empties the store",
    "run_with": "plain `kedro run` as what a task calls",
    "local_files": "local files outside of `volumes`, for other tasks or to stay",
}
"""Every setting that a target may or may not express, with its meaning."""
_NONE: Mapping[str, str] = {}


def support_table(
    *,
    native: Mapping[str, str],
    emulated: Mapping[str, str] = _NONE,
    unsupported: Mapping[str, str] = _NONE,
    otherwise: str | None = None,
) -> Mapping[str, Support]:
    """Return a target's support of each capability, in the order of `CAPABILITIES`.

    Args:
        native: what the target does by its own means, by capability, in its own words.
        emulated: what the emitted code does for it.
        unsupported: what it cannot do, with what to do instead.
        otherwise: what to do instead of all that is named in none of them. Without it such a
            capability is missing from the table, and the target is refused as it is loaded.
    """
    others = dict.fromkeys(CAPABILITIES, otherwise) if otherwise is not None else {}
    table = {
        **{name: Support("unsupported", how) for name, how in (others | dict(unsupported)).items()},
        **{name: Support("emulated", how) for name, how in emulated.items()},
        **{name: Support("native", how) for name, how in native.items()},
    }
    return {name: table[name] for name in [*CAPABILITIES, *table] if name in table}
