"""What a WorkflowTemplate and a CronWorkflow can express."""

from __future__ import annotations

from shipway.settings.run_settings import NOTICES
from shipway.targets.capabilities import support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN

_POD = "Every task of Argo is a pod."
_ON_EXIT = (
    "A cluster has no address to send from: `on_exit` under targets.argo runs a command of the "
    "project's last, however the run has ended."
)
_BACKFILL = "Make up for them by `argo cron backfill`."
CAPABILITIES = support_table(
    native={
        "run_on.kubernetes": "every task is a pod",
        "image": "`container.image`",
        "command_prefix": "the first words of `container.command`",
        "retries": "`retryStrategy.limit`",
        "retry_delay": "`backoff.duration`, whole seconds",
        "retry_backoff": "`backoff.factor`, whole numbers",
        "timeout": "`activeDeadlineSeconds` of the template",
        **{
            f"resources.{part}{name}": f"`container.resources.{kind}`"
            for part, kind in (("", "requests"), ("limits.", "limits"))
            for name in ("cpu", "memory", "ephemeral_storage")
        },
        "resources.gpu": "`container.resources.limits`",
        "resources.gpu_type": "`container.resources.limits`",
        "env": "`container.env`",
        "secrets": "`secretKeyRef`",
        "env_from.secret": "`container.envFrom`",
        "env_from.config_map": "`container.envFrom`",
        **{
            f"volumes.{kind}": "`volumes` of the template"
            for kind in ("claim", "config_map", "secret", "host_path", "empty_dir")
        },
        "service_account": "`serviceAccountName` of the template",
        "kubernetes.node_selector": "`nodeSelector`",
        "kubernetes.tolerations": "`tolerations`",
        "kubernetes.labels": "`metadata` of the template",
        "kubernetes.annotations": "`metadata` of the template",
        "kubernetes.image_pull_policy": "`imagePullPolicy`",
        "kubernetes.image_pull_secrets": "`imagePullSecrets` of the workflow",
        "kubernetes.priority_class": "`priorityClassName`",
        "parameters": "arguments of the workflow",
        "run_parameters.run_id": "`workflow.uid`",
        "run_parameters.logical_date": "`workflow.scheduledTime`; by hand, when the run was made",
        "description": "an annotation, which Argo's pages show",
        "owner": "an annotation",
        "labels": "labels of the objects, of runs and of pods",
        "schedule.cron": "a CronWorkflow",
        "schedule.parameters": "`arguments` of the CronWorkflow",
        "concurrency.runs": "a mutex and `concurrencyPolicy`, or a semaphore",
        "concurrency.tasks": "`parallelism`",
    },
    emulated={
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        "run_on.local": _POD,
        "run_on.docker": _POD,
        "kubernetes.namespace": "Pods run in the namespace of the workflow: apply the file there.",
        "schedule.start": "Apply the CronWorkflow on that day.",
        "schedule.catchup": _BACKFILL,
        "schedule.datasets": (
            "Argo Workflows starts runs only by the clock: use Argo Events, or let the run that "
            "writes them start this one."
        ),
        **dict.fromkeys(NOTICES, _ON_EXIT),
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "local_files": "Put it under a volume that all its tasks mount.",
    },
)
