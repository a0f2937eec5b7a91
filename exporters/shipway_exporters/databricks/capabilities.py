"""What a job of Databricks can express."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.settings.values import TaskSettings
from shipway.targets.capabilities import Support, support_table
from shipway_exporters.databricks.compute import CLUSTER, profile_of

_PROFILE = "Describe what a task runs on in a profile under `compute` of targets.databricks."
_NO_IMAGE = f"Tasks have packages, and no image. {_PROFILE}"
_NO_PODS = f"Tasks are no pods. {_PROFILE}"
_BY_CLUSTER = (
    "Only a cluster of the job has environment variables: let the task run on a profile with a "
    "`cluster`."
)
_NO_MOUNT = "Volumes of Unity Catalog need no mount: name files by /Volumes/CATALOG/SCHEMA/VOLUME/…"
_FILES = (
    "Let it stand on a volume of Unity Catalog (/Volumes/CATALOG/SCHEMA/VOLUME/…) or at a URL, in "
    "the catalog; or let its nodes share a task."
)
"""Where a file stays."""
_WHERE = {
    "run_on.local": "A task runs on the compute of its profile.",
    "run_on.docker": _NO_IMAGE,
    "run_on.kubernetes": _NO_PODS,
}
_RESOURCES = ("cpu", "memory", "gpu", "gpu_type", "ephemeral_storage")
_LIMITS = ("cpu", "memory", "ephemeral_storage")
_VOLUMES = ("claim", "config_map", "secret", "host_path", "empty_dir")
_PODS = (
    *("namespace", "node_selector", "tolerations", "labels", "annotations"),
    *("image_pull_policy", "image_pull_secrets", "priority_class"),
)
_NO_ENV_FROM = "Name each variable under `secrets`."
CAPABILITIES = support_table(
    native={
        "retries": "`max_retries`, with `retry_on_timeout` where there is a time-out, and with "
        "`disable_auto_optimization` on serverless compute",
        "retry_delay": "`min_retry_interval_millis`, from the start of the failed try on",
        "timeout": "`timeout_seconds`, whole seconds",
        "env": "`spark_env_vars` of a cluster of the job",
        "secrets": "`{{secrets/NAME/KEY}}` in `spark_env_vars`; the name is that of the scope",
        "schedule.cron": "`schedule.quartz_cron_expression`, translated",
        "schedule.datasets": "`trigger.table_update`, for the tables under `tables`",
        "concurrency.runs": "`max_concurrent_runs`; others wait in the queue",
        "parameters": "`parameters` of the job",
        "run_parameters.run_id": "`{{job.run_id}}`",
        "run_parameters.logical_date": "`{{job.trigger.time.iso_datetime}}`, in UTC",
        "labels": "`tags`",
        "description": "`description` of the job",
        "notify.on_failure.email": "`email_notifications.on_failure`",
        "notify.on_success.email": "`email_notifications.on_success`",
        "notify.on_failure.webhook": "`webhook_notifications.on_failure`, by a destination's id",
        "notify.on_success.webhook": "`webhook_notifications.on_success`, by a destination's id",
    },
    emulated={
        "owner": "a tag",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        **_WHERE,
        "image": _NO_IMAGE,
        "command_prefix": "A task calls a function of a wheel, and no command.",
        "retry_backoff": "Every pause is as long as the first.",
        **{f"resources.{name}": _PROFILE for name in _RESOURCES},
        **{f"resources.limits.{name}": _PROFILE for name in _LIMITS},
        "env_from.secret": _NO_ENV_FROM,
        "env_from.config_map": "Databricks has no config maps: write the variables under `env`.",
        **{f"volumes.{kind}": _NO_MOUNT for kind in _VOLUMES},
        "service_account": "A job runs as somebody: set `job: {run_as: …}` under the target.",
        **{f"kubernetes.{name}": _NO_PODS for name in _PODS},
        "schedule.start": "A schedule applies once it is deployed: deploy it `paused`.",
        "schedule.catchup": "Databricks never makes up for runs: run the job by hand.",
        "schedule.parameters": "A schedule starts a job with its defaults: change these.",
        "concurrency.tasks": "A job has no such limit: let tasks share a cluster of that size.",
        "run_parameters.interval_start": "Use `logical_date`: the time that started the run.",
        "run_parameters.interval_end": "Use `logical_date`: the time that started the run.",
        "run_with": "Databricks calls a function of Shipway's wheel, and no command.",
        "local_files": _FILES,
    },
)
_OF_CLUSTERS = ("env", "secrets")


def capabilities_of_task(
    options: Mapping[str, Any], settings: TaskSettings
) -> Mapping[str, Support]:
    """Return the support of each setting for a task with these settings."""
    profile = profile_of(options, settings)
    if not profile or CLUSTER in profile:
        return CAPABILITIES
    return {**CAPABILITIES, **dict.fromkeys(_OF_CLUSTERS, Support("unsupported", _BY_CLUSTER))}
