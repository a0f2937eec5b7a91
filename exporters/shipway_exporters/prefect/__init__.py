"""Prefect: a folder a pipeline, which holds the flow and its deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.model import Parameter
from shipway.planner.plan import Plan
from shipway.targets.capabilities import Support, support_table
from shipway.targets.exporter import Readback, Rendering
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN
from shipway_exporters.prefect import notifications
from shipway_exporters.prefect.deployment import deployment
from shipway_exporters.prefect.flow import Lowering
from shipway_exporters.prefect.flow_names import PIPELINES, TASKS
from shipway_exporters.prefect.flow_parameters import check_size, unfit
from shipway_exporters.prefect.options import OPTIONS
from shipway_exporters.prefect.readback import read_back
from shipway_exporters.prefect.run_files import check_files

_ON_WORKER = "A process pool runs tasks on the worker itself: see `work_pool` in targets.prefect."
_ON_A_PROCESS_POOL = support_table(
    native={
        "run_on.local": "a process pool",
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
    },
    emulated={
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
    },
    unsupported={
        **notifications.UNSUPPORTED,
        "run_on.docker": _ON_WORKER,
        "run_on.kubernetes": _ON_WORKER,
        "command_prefix": _ON_WORKER,
        "resources.ephemeral_storage": _ON_WORKER,
        "resources.limits.cpu": _ON_WORKER,
        "resources.limits.memory": _ON_WORKER,
        "resources.limits.ephemeral_storage": _ON_WORKER,
        "env_from.secret": _ON_WORKER,
        "env_from.config_map": _ON_WORKER,
        "volumes.config_map": _ON_WORKER,
        "volumes.secret": _ON_WORKER,
        "volumes.host_path": _ON_WORKER,
        "volumes.empty_dir": _ON_WORKER,
        "kubernetes.namespace": _ON_WORKER,
        "kubernetes.node_selector": _ON_WORKER,
        "kubernetes.tolerations": _ON_WORKER,
        "kubernetes.labels": _ON_WORKER,
        "kubernetes.annotations": _ON_WORKER,
        "kubernetes.image_pull_policy": _ON_WORKER,
        "kubernetes.image_pull_secrets": _ON_WORKER,
        "kubernetes.priority_class": _ON_WORKER,
        "image": _ON_WORKER,
        "resources.cpu": _ON_WORKER,
        "resources.memory": _ON_WORKER,
        "resources.gpu": "Ask for it in the pool's own job template.",
        "resources.gpu_type": "Ask for it in the pool's own job template.",
        "volumes.claim": _ON_WORKER,
        "service_account": _ON_WORKER,
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "schedule.datasets": "Let an automation start the deployment when that of the writer ends.",
        "schedule.start": "Deploy it on that day, or set `paused: true` under targets.prefect.",
        "schedule.catchup": "Prefect starts no run for a time that has passed.",
    },
)
_CONTAINER: Mapping[str, Support] = {
    "image": Support("native", "`image` of a docker or kubernetes pool, one for all tasks"),
    "resources.memory": Support(
        "native", "`mem_limit` or `memory_limit` of the run, for the tasks that run at once"
    ),
}
_DOCKER: Mapping[str, Support] = {
    "run_on.local": Support("unsupported", "The pool's runs are containers."),
    "run_on.docker": Support("native", "a docker pool"),
    "volumes.claim": Support("native", "`volumes` of a docker pool"),
    "resources.cpu": Support("unsupported", "Set `container_create_kwargs` in `job_variables`."),
    "service_account": Support("unsupported", "It needs a kubernetes pool."),
}
_KUBERNETES: Mapping[str, Support] = {
    "run_on.local": Support("unsupported", "The pool's runs are pods."),
    "run_on.kubernetes": Support("native", "a kubernetes pool"),
    "resources.cpu": Support(
        "native",
        "`cpu_request` and `cpu_limit` of a kubernetes pool, for the tasks that run at once",
    ),
    "service_account": Support("native", "`service_account_name` of a kubernetes pool"),
}
_BY_POOL: Mapping[str, Mapping[str, Support]] = {
    "process": _ON_A_PROCESS_POOL,
    "docker": {**_ON_A_PROCESS_POOL, **_CONTAINER, **_DOCKER},
    "kubernetes": {
        **_ON_A_PROCESS_POOL,
        **_CONTAINER,
        **_KUBERNETES,
        "volumes.claim": Support("unsupported", "Mount them in the pool's own job template."),
    },
}


class _Prefect:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "prefect"
    title = "Prefect"
    versions = "3.8 or later"
    capabilities: Mapping[str, Support] = {
        **_ON_A_PROCESS_POOL,
        **_CONTAINER,
        **_DOCKER,
        **_KUBERNETES,
        "run_on.local": Support("native", "a process pool"),
    }
    options = OPTIONS
    task_names = TASKS
    pipeline_names = PIPELINES

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return _BY_POOL[options.get("work_pool", {}).get("type", "process")]

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        # Before any file is made: these errors are of the project, not of a template.
        check_size(plan)
        check_files(plan)
        notifications.check(plan)
        flow = Rendering(
            template="prefect/flow.py.j2",
            # A folder a flow: `prefect deploy` reads one `prefect.yaml`, and all that is in it.
            path=f"{plan.name}/flow.py",
            context=Lowering(plan).context(),
        )
        settings = Rendering(
            template="prefect/prefect.yaml.j2",
            path=f"{plan.name}/prefect.yaml",
            context=deployment(plan),
        )
        return [flow, settings]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)


exporter = _Prefect()
