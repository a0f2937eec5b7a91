"""What a WorkflowTemplate and a CronWorkflow can express."""

from __future__ import annotations

from shipway.settings.run_settings import NOTICES
from shipway.targets.capabilities import support_table
from shipway_exporters.containers import whole_pod

_ON_EXIT = (
    "A cluster has no address to send from: `on_exit` under targets.argo runs a command of the "
    "project's last, however the run has ended."
)
# Not by `argo cron backfill`: it gives all runs the time of its call (Argo 4.0, `backfill.go`).
_BACKFILL = "Make up for them by `argo submit`, with their dates as parameters."
# Pods run in the namespace of the workflow.
_OF_PODS = {k: how for k, how in whole_pod.CAPABILITIES.items() if k != "kubernetes.namespace"}
CAPABILITIES = support_table(
    native={
        **_OF_PODS,
        "run_on.kubernetes": "every task is a pod",
        "retries": "`retryStrategy.limit`",
        "retry_delay": "`backoff.duration`, whole seconds",
        "retry_backoff": "`backoff.factor`, whole numbers",
        "timeout": "`activeDeadlineSeconds` of the template",
        "volumes.host_path": "`hostPath`",
        "kubernetes.image_pull_secrets": "`imagePullSecrets` of the workflow",
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
        **whole_pod.UNSUPPORTED,
        "kubernetes.namespace": "Pods run in the namespace of the workflow: apply the file there.",
        "schedule.start": "Apply the CronWorkflow on that day.",
        "schedule.catchup": _BACKFILL,
        "schedule.datasets": (
            "Argo Workflows starts runs only by the clock: use Argo Events, or let the run that "
            "writes them start this one."
        ),
        **dict.fromkeys(NOTICES, _ON_EXIT),
    },
)
