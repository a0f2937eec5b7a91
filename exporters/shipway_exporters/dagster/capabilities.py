"""What Dagster can express."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.targets.capabilities import Support, support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN
from shipway_exporters.dagster import notifications

CAPABILITIES: Mapping[str, Support] = support_table(
    native={
        "run_on.local": "a process that the step starts",
        "retries": "`max_retries` of the task's retry policy",
        "retry_delay": "`delay` of the task's retry policy",
        "schedule.cron": "a schedule of the job",
        "schedule.parameters": "`run_config` of the schedule",
        "concurrency.tasks": "`max_concurrent` of the job's executor",
        "parameters": "a resource with typed fields, in the run's config",
        "description": "`description` of the job",
        "owner": "`owners` of the assets: an address, or `team:NAME`",
        "labels": "tags of the job and its runs",
        "local_files": "the tasks of a run share their code location's disk",
    },
    emulated={
        "retry_backoff": "`RetryRequested` of the task: a policy's own pauses grow as 1, 3, 7",
        "concurrency.runs": "`should_execute` of the schedule, which skips a start; runs by hand "
        "are not limited: see `tag_concurrency_limits` on its page",
        "timeout": "enforced by `shipway.runtime`: a step has no time-out",
        "env": "set for the task's process",
        "run_parameters.logical_date": "read from the run: the time of its schedule, or its start",
        "run_parameters.run_id": "read from the run",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last asset",
        **notifications.EMULATED,
    },
    unsupported={
        **notifications.UNSUPPORTED,
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "secrets": "Give the variable to the code location, whose environment tasks have.",
        "schedule.datasets": "Let an automation condition start the assets, in a file of your own.",
        "schedule.start": "Start the schedule on that day: set `paused: true` under "
        "targets.dagster.",
        "schedule.catchup": "Dagster starts no run for a time that has passed.",
    },
    otherwise="Tasks are processes beside their code location, which has a container or a pod of "
    "its own: say it there.",
)
