"""What a server of Kubeflow Pipelines on a cluster carries out of the settings, and how."""

from __future__ import annotations

from shipway.settings.run_settings import NOTICES
from shipway.targets.capabilities import support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN

_NO_DISK = "A spec knows no disk: mount a claim, or an `empty_dir` of a `size`, and write there."
_ON_EXIT = (
    "A cluster has no address to send from: `on_exit` under targets.kubeflow runs a command of the "
    "project's last, however the run has ended."
)
CAPABILITIES = support_table(
    native={
        "image": "`container.image`",
        "command_prefix": "the first words of `container.command`",
        "retries": "`retryPolicy.maxRetryCount`",
        "retry_delay": "`retryPolicy.backoffDuration`, whole seconds",
        "retry_backoff": "`retryPolicy.backoffFactor`, whole numbers",
        "timeout": "`activeDeadlineSeconds` of the pod",
        "resources.cpu": "`resourceCpuRequest` and `resourceCpuLimit`",
        "resources.memory": "`resourceMemoryRequest` and `resourceMemoryLimit`",
        "resources.limits.cpu": "`resourceCpuLimit`",
        "resources.limits.memory": "`resourceMemoryLimit`",
        "resources.gpu": "`accelerator.resourceCount`",
        "resources.gpu_type": "`accelerator.resourceType`",
        "env": "`container.env`",
        "secrets": "`secretAsEnv`",
        "volumes.claim": "`pvcMount`",
        "volumes.config_map": "`configMapAsVolume`, all keys",
        "volumes.secret": "`secretAsVolume`, all keys",
        "volumes.empty_dir": "`emptyDirMounts`",
        "kubernetes.node_selector": "`nodeSelector`",
        "kubernetes.tolerations": "`tolerations`",
        "kubernetes.labels": "`podMetadata`",
        "kubernetes.annotations": "`podMetadata`",
        "kubernetes.image_pull_policy": "`imagePullPolicy`",
        "kubernetes.image_pull_secrets": "`imagePullSecret`",
        "run_on.kubernetes": "every task is a pod",
        "parameters": "typed inputs of the pipeline",
        "description": "`pipelineInfo.description`",
    },
    emulated={
        "schedule.cron": "a recurring run, in a file beside the spec",
        "schedule.start": "`start_time` of the recurring run",
        "schedule.catchup": "`no_catchup` of the recurring run",
        "concurrency.runs": "`max_concurrency` of the recurring run; others are not limited",
        "run_parameters.logical_date": "the placeholder of the scheduled time",
        "run_parameters.run_id": "the run's placeholder",
        "owner": "an annotation of each pod",
        "labels": "labels of each pod",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        "run_on.local": "Every task of Kubeflow is a pod.",
        "run_on.docker": "Every task of Kubeflow is a pod.",
        "resources.ephemeral_storage": _NO_DISK,
        "resources.limits.ephemeral_storage": _NO_DISK,
        "env_from.secret": "A spec names each key: list those that a task needs under `secrets`.",
        "env_from.config_map": (
            "A spec names each key: list those that tasks need under `config_maps` of the target."
        ),
        "volumes.host_path": (
            "Pods run on several machines, each with a folder of its own: mount a claim."
        ),
        "kubernetes.namespace": "Pods run in the namespace of the run: start it there.",
        "kubernetes.priority_class": (
            "A spec knows none: give the namespace a default class, or choose machines by "
            "`node_selector`."
        ),
        "schedule.datasets": (
            "Kubeflow starts runs only by the clock: let the run that writes them start this one."
        ),
        **dict.fromkeys(NOTICES, _ON_EXIT),
        "schedule.parameters": "Set them when you create the recurring run.",
        "concurrency.tasks": (
            "A run has no such limit: give the tasks the resources that they need."
        ),
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "local_files": "Put it under a volume that all its tasks mount.",
        "service_account": "It belongs to a run: name it when you create the run.",
    },
)
