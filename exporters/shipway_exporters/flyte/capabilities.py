"""What Flyte can express."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.targets.capabilities import support_table
from shipway_exporters.containers import whole_pod

_PAUSES = "Flyte's own configuration says how long it waits before a retry (`node-config`)."
_NO_WEBHOOK = "Flyte sends e-mails alone: many services turn one into a message."
_DEVICE = "Flyte's configuration names the device (`gpu-resource-name`): leave it out."
_BY_JOB = "All runs of a launch plan have its values: make a job of the pipeline, with `params`."
_SPEC = ("env_from.secret", "env_from.config_map", "kubernetes.image_pull_policy")
_POD: Mapping[str, str] = {
    **{f"volumes.{kind}": "`pod_template`" for kind in ("claim", "config_map", "secret")},
    "volumes.empty_dir": "`pod_template`",
    **dict.fromkeys((*_SPEC, "service_account"), "`pod_template`"),
    "kubernetes.node_selector": "`pod_template`",
    "kubernetes.tolerations": "`pod_template`",
    "kubernetes.labels": "`labels` of `pod_template`",
    "kubernetes.annotations": "`annotations` of `pod_template`",
    "kubernetes.image_pull_secrets": "`pod_template`",
    "kubernetes.priority_class": "`pod_template`",
}
CAPABILITIES = support_table(
    native={
        "run_on.kubernetes": "each task is a pod",
        "image": "`container_image`",
        "retries": "`retries`",
        "timeout": "`timeout`, of each try",
        "resources.cpu": "`cpu` of `requests`",
        "resources.memory": "`mem` of `requests`",
        "resources.gpu": "`gpu` of `limits`",
        "resources.ephemeral_storage": "`ephemeral_storage` of `requests`",
        "resources.limits.cpu": "`cpu` of `limits`",
        "resources.limits.memory": "`mem` of `limits`",
        "resources.limits.ephemeral_storage": "`ephemeral_storage` of `limits`",
        "secrets": "`secret_requests`, each with `env_var`",
        **_POD,
        "concurrency.runs": "`concurrency` of the launch plan: a run beyond it does not start",
        "concurrency.tasks": "`max_parallelism` of the launch plan",
        "parameters": "typed inputs of the workflow",
        "labels": "`labels` of the launch plan",
        "notify.on_failure.email": "`Email` for the phases FAILED and TIMED_OUT",
        "notify.on_success.email": "`Email` for the phase SUCCEEDED",
        "description": "`docs` of the workflow",
        "schedule.cron": "`CronSchedule`, in the zone of the scheduler",
    },
    emulated={
        "command_prefix": "before the project's Python, in the task's process",
        "env": "set for the task's process",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
        "owner": "the annotation `owner` of the launch plan",
        "run_parameters.run_id": "the name of the execution, by the first task",
        "run_parameters.logical_date": "the kick-off time of the schedule, or when a run began",
    },
    unsupported={
        **whole_pod.UNSUPPORTED,
        "retry_delay": _PAUSES,
        "retry_backoff": _PAUSES,
        "resources.gpu_type": _DEVICE,
        "kubernetes.namespace": "Flyte has a namespace for each project and domain.",
        "notify.on_failure.webhook": _NO_WEBHOOK,
        "notify.on_success.webhook": _NO_WEBHOOK,
        "schedule.datasets": "Only the clock starts a launch plan.",
        "schedule.start": "Activate the launch plan on that day.",
        "schedule.catchup": "Flyte starts what it has missed, or not, by its own configuration.",
        "schedule.parameters": _BY_JOB,
    },
)
