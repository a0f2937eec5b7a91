"""What Prefect can express, by the type of the pool that starts its runs."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.targets.capabilities import Support, most, support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN
from shipway_exporters.prefect import notifications

_ON_WORKER = "A process pool runs tasks on the worker itself: see `work_pool` in targets.prefect."
_ON_KUBERNETES = "It needs a kubernetes pool: see `work_pool` in targets.prefect."
_NO_SECRETS = "Docker has no store of secrets: name secret blocks of Prefect in `secrets`."
_NO_PREFIX = (
    "A worker gives its command to the image's own entry point, which stays: leave the setting out."
)
_NATIVE: Mapping[str, str] = {
    "retries": "`retries` of the task",
    "retry_delay": "`retry_delay_seconds`",
    "retry_backoff": "a list of `retry_delay_seconds`, at most 50",
    "schedule.cron": "a schedule of the deployment",
    "schedule.parameters": "`parameters` of the schedule",
    "concurrency.runs": "`concurrency_limit` of the deployment; others are not limited",
    "concurrency.tasks": "a limit of processes at once; 16 unless set",
    "parameters": "typed arguments of the flow",
    "description": "`description` of the flow",
    "local_files": "the tasks of a run share its worker's or its container's disk",
}
_EMULATED: Mapping[str, str] = {
    "timeout": "enforced by `shipway.runtime`: Prefect interrupts no thread",
    "env": "set for the task's process",
    "secrets": "loaded from secret blocks by the task, for its process",
    "run_parameters.logical_date": "read from the flow's context",
    "run_parameters.run_id": "read from the flow's context",
    "owner": "a tag of the deployment, `owner:name`",
    "labels": "tags of the deployment, `key:value`",
    "memory.store": "carried by `shipway.runtime`",
    "memory.cleanup": "a last task",
    **notifications.EMULATED,
}
_UNSUPPORTED: Mapping[str, str] = {
    **notifications.UNSUPPORTED,
    "run_parameters.interval_start": NO_INTERVAL,
    "run_parameters.interval_end": NO_INTERVAL,
    "run_with": NO_KEDRO_RUN,
    "schedule.datasets": "Let an automation start the deployment when that of the writer ends.",
    "schedule.start": "Deploy it on that day, or set `paused: true` under targets.prefect.",
    "schedule.catchup": "Prefect starts no run for a time that has passed.",
}


def _support(
    native: Mapping[str, str], unsupported: Mapping[str, str], otherwise: str
) -> Mapping[str, Support]:
    return support_table(
        native={**_NATIVE, **native},
        emulated=_EMULATED,
        unsupported={**_UNSUPPORTED, **unsupported},
        otherwise=otherwise,
    )


BY_POOL: Mapping[str, Mapping[str, Support]] = {
    "process": _support({"run_on.local": "a process pool"}, {}, _ON_WORKER),
    "docker": _support(
        {
            "run_on.docker": "a docker pool",
            "image": "`image`, one for all tasks",
            "resources.cpu": "`nano_cpus` of the run, for the tasks that run at once",
            "resources.memory": "`mem_limit` of the run, for the tasks that run at once",
            "resources.gpu": "`device_requests` of the run, for the tasks that run at once",
            "resources.gpu_type": "one for all tasks; in a docker pool `nvidia.com/gpu` alone",
            "resources.limits.cpu": "`nano_cpus`; `cpu_shares` is then what a run asks for",
            "resources.limits.memory": "`mem_limit`; `mem_reservation` is what a run asks for",
            "volumes.claim": "`volumes`, of all tasks",
            "volumes.host_path": "`volumes`, of all tasks",
            "volumes.empty_dir": "`mounts` in memory, of all tasks",
        },
        {
            "run_on.local": "The pool's runs are containers.",
            "command_prefix": _NO_PREFIX,
            "env_from.secret": _NO_SECRETS,
            "volumes.secret": _NO_SECRETS,
        },
        _ON_KUBERNETES,
    ),
    "kubernetes": _support(
        {
            "run_on.kubernetes": "a kubernetes pool",
            "image": "`image`, one for all tasks",
            "resources.cpu": "`cpu_request` of the run, for the tasks that run at once",
            "resources.memory": "`memory_request` of the run, for the tasks that run at once",
            "resources.gpu": "a limit of the run's pod, for the tasks that run at once",
            "resources.gpu_type": "the resource of that limit, one for all tasks",
            "resources.ephemeral_storage": "`ephemeral_storage_request` of the run",
            "resources.limits.cpu": "`cpu_limit` of the run",
            "resources.limits.memory": "`memory_limit` of the run",
            "resources.limits.ephemeral_storage": "`ephemeral_storage_limit` of the run",
            "env_from.secret": "`envFrom` of the run's pod",
            "env_from.config_map": "`envFrom` of the run's pod",
            "volumes.claim": "`volumes` of the run's pod, of all tasks",
            "volumes.config_map": "`volumes` of the run's pod, of all tasks",
            "volumes.secret": "`volumes` of the run's pod, of all tasks",
            "volumes.empty_dir": "`volumes` of the run's pod, of all tasks",
            "service_account": "`service_account_name`",
            "kubernetes.namespace": "`namespace`",
            "kubernetes.node_selector": "`nodeSelector` of the run's pod",
            "kubernetes.tolerations": "`tolerations` of the run's pod",
            "kubernetes.labels": "`labels`, of the job and its pod",
            "kubernetes.annotations": "annotations of the run's pod",
            "kubernetes.image_pull_policy": "`image_pull_policy`",
            "kubernetes.image_pull_secrets": "`imagePullSecrets` of the run's pod",
            "kubernetes.priority_class": "`priorityClassName` of the run's pod",
        },
        {
            "run_on.local": "The pool's runs are pods.",
            "run_on.docker": "The pool's runs are pods.",
            "command_prefix": _NO_PREFIX,
            "volumes.host_path": "A pod may run on any machine: name a claim.",
        },
        _ON_WORKER,
    ),
}
CAPABILITIES = most(*BY_POOL.values())
"""What Prefect can express with one pool or another."""
