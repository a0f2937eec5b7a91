"""What Airflow can express, by the way in which a task runs."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.targets.capabilities import Support, support_table
from shipway_exporters.airflow.notifications import CAPABILITIES as NOTIFICATIONS

_OF_EVERY_OPERATOR: Mapping[str, str] = {
    "retries": "`retries`",
    "retry_delay": "`retry_delay`",
    "retry_backoff": "`retry_exponential_backoff`",
    "timeout": "`execution_timeout`",
    "schedule.cron": "`CronTriggerTimetable`",
    "schedule.datasets": "`Asset` schedule and outlets (`Dataset` on 2.11)",
    "schedule.start": "`start_date`",
    "schedule.catchup": "`catchup`",
    "concurrency.runs": "`max_active_runs`",
    "concurrency.tasks": "`max_active_tasks`",
    "parameters": "typed `Param`",
    "owner": "`owner`",
    "labels": "`tags`, as `key:value`",
    "description": "`doc_md`",
    **NOTIFICATIONS,
}
_OF_NONE: Mapping[str, str] = {
    "schedule.parameters": "A scheduled run uses the defaults: change them with `--params`.",
}


def support_of(
    *,
    native: Mapping[str, str],
    emulated: Mapping[str, str],
    unsupported: Mapping[str, str],
    otherwise: str,
) -> Mapping[str, Support]:
    """Return what Airflow can express of a task that runs in one way, and of its DAG.

    Args:
        native, emulated, unsupported, otherwise: as in `support_table`, besides what every
            operator of Airflow can.
    """
    return support_table(
        native={**_OF_EVERY_OPERATOR, **native},
        emulated=emulated,
        unsupported={**_OF_NONE, **unsupported},
        otherwise=otherwise,
    )
