"""What Dagster can express."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.targets.capabilities import Support, most, support_table
from shipway_exporters.containers import whole_pod
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN
from shipway_exporters.dagster import notifications, pods
from shipway_exporters.dagster.place import is_in_pods

_NO_PREFIX = "Dagster gives its command to the image's own entry point: put the words there."
_ONE_EXECUTOR = (
    "A job has one executor, which runs all of its steps alike: set `run_on` under targets.dagster."
)
_NATIVE: Mapping[str, str] = {
    "retries": "`max_retries` of the task's retry policy",
    "retry_delay": "`delay` of the task's retry policy",
    "schedule.cron": "a schedule of the job",
    "schedule.parameters": "`run_config` of the schedule",
    "concurrency.tasks": "`max_concurrent` of the job's executor",
    "parameters": "a resource with typed fields, in the run's config",
    "description": "`description` of the job",
    "owner": "`owners` of the assets: an address, or `team:NAME`",
    "labels": "tags of the job and its runs",
}
_EMULATED: Mapping[str, str] = {
    "retry_backoff": "`RetryRequested` of the task: a policy's own pauses grow as 1, 3, 7",
    "concurrency.runs": "`should_execute` of the schedule, which skips a start; runs by hand "
    "are not limited: see `tag_concurrency_limits` on its page",
    "timeout": "enforced by `shipway.runtime`: a step has no time-out",
    "run_parameters.logical_date": "read from the run: the time of its schedule, or its start",
    "run_parameters.run_id": "read from the run",
    "memory.store": "carried by `shipway.runtime`",
    "memory.cleanup": "a last asset",
    **notifications.EMULATED,
}
_UNSUPPORTED: Mapping[str, str] = {
    **notifications.UNSUPPORTED,
    "run_parameters.interval_start": NO_INTERVAL,
    "run_parameters.interval_end": NO_INTERVAL,
    "run_with": NO_KEDRO_RUN,
    "schedule.datasets": "Let an automation condition start the assets, in a file of your own.",
    "schedule.start": "Start the schedule on that day: set `paused: true` under targets.dagster.",
    "schedule.catchup": "Of the times that have passed without a daemon, it starts the latest.",
}
_LOCAL = support_table(
    native={
        **_NATIVE,
        "run_on.local": "a process that the step starts",
        "local_files": "the tasks of a run share their code location's disk",
    },
    emulated={**_EMULATED, "env": "set for the task's process"},
    unsupported={
        **_UNSUPPORTED,
        "run_on.kubernetes": _ONE_EXECUTOR,
        "secrets": "Give the variable to the code location, whose environment tasks have.",
    },
    otherwise="Tasks are processes beside their code location, which has a container or a pod of "
    "its own: say it there, or set `run_on: kubernetes` under targets.dagster.",
)
_IN_PODS = support_table(
    native={
        **_NATIVE,
        **pods.CAPABILITIES,
        "run_on.kubernetes": "`k8s_job_executor`: a job of Kubernetes for each step",
    },
    emulated=_EMULATED,
    unsupported={
        **whole_pod.UNSUPPORTED,
        **_UNSUPPORTED,
        "run_on.local": _ONE_EXECUTOR,
        "run_on.docker": "The steps of this job are pods.",
        "command_prefix": _NO_PREFIX,
    },
)
CAPABILITIES = most(_LOCAL, _IN_PODS)
"""What Dagster can express with one executor or another."""


def capabilities_with(options: Mapping[str, Any]) -> Mapping[str, Support]:
    """Return the support of each setting under the target's own options."""
    return _IN_PODS if is_in_pods(options) else _LOCAL
