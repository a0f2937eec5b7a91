"""Prefect: a folder a pipeline, which holds the flow and its deployment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from shipway.artifacts.readback import Seen
from shipway.errors import Finding
from shipway.model import Parameter
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.schemas.shapes import Shape
from shipway.targets.capabilities import CAPABILITIES, Support
from shipway.targets.exporter import Rendering
from shipway_exporters.containers.arguments import check_run_with
from shipway_exporters.prefect.deployment import check_files, deployment
from shipway_exporters.prefect.flow import Lowering
from shipway_exporters.prefect.flow_names import PIPELINES, TASKS
from shipway_exporters.prefect.flow_parameters import check_size, unfit
from shipway_exporters.prefect.options import OPTIONS
from shipway_exporters.prefect.readback import seen_in
from shipway_exporters.prefect.rules import faults


@dataclass(frozen=True)
class _Prefect:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name: str = "prefect"
    title: str = "Prefect"
    versions: str = "3.8 or later"
    task_names: NameRules = TASKS
    pipeline_names: NameRules = PIPELINES

    @property
    def options(self) -> Shape[Any]:
        return OPTIONS

    @property
    def capabilities(self) -> Mapping[str, Support]:
        """The most that any work pool can express."""
        support = {**_SUPPORT, **_CONTAINER, **_DOCKER, **_KUBERNETES}
        return {name: support[name] for name in CAPABILITIES}

    def capabilities_for(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        pool = options.get("work_pool", {}).get("type", "process")
        support = {**_SUPPORT, **_BY_POOL[pool]}
        return {name: support[name] for name in CAPABILITIES}

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        check_run_with(plan)
        check_size(plan)
        check_files(plan)
        flow = Rendering(
            template="prefect/flow.py.j2",
            path=f"{plan.name}/flow.py",
            context=Lowering(plan).context(),
        )
        settings = Rendering(
            template="prefect/prefect.yaml.j2",
            path=f"{plan.name}/prefect.yaml",
            context=deployment(plan),
        )
        return [flow, settings]

    def faults(self, path: str, text: str) -> Iterable[Finding]:
        """Check a deployment against closed rules, as Prefect ignores what it does not know."""
        if path.endswith(".yaml"):
            yield from findings(path, faults(yaml.safe_load(text)))

    def seen(self, plan: Plan, files: Mapping[str, str]) -> Seen:
        return seen_in(plan, files[f"{plan.name}/flow.py"], files[f"{plan.name}/prefect.yaml"])


_NATIVE: Mapping[str, str] = {
    "retries": "`retries` of the task",
    "retry_delay": "`retry_delay_seconds`",
    "retry_backoff": "a list of `retry_delay_seconds`, at most 50",
    "schedule.cron": "a schedule of the deployment",
    "schedule.parameters": "`parameters` of the schedule",
    "concurrency.runs": "`concurrency_limit` of the deployment; others are not limited",
    "concurrency.tasks": "so many processes at once; 16 unless set",
    "parameters": "typed arguments of the flow",
    "description": "`description` of the flow",
}
_EMULATED: Mapping[str, str] = {
    "timeout": "kept by `shipway.runtime`: Prefect interrupts no thread",
    "env": "set for the task's process",
    "secrets": "loaded from secret blocks by the task, for its process",
    "run_parameters": "read from `prefect.runtime`; no intervals",
    "owner": "a tag of the deployment, `owner:name`",
    "labels": "tags of the deployment, `key:value`",
    "memory.store": "carried by `shipway.runtime`, emptied by a last task",
}
_ON_WORKER = "A process pool runs tasks on the worker itself: see `work_pool` in targets.prefect."
_INSTEAD: Mapping[str, str] = {
    "image": _ON_WORKER,
    "resources.cpu": _ON_WORKER,
    "resources.memory": _ON_WORKER,
    "resources.gpu": "Ask for it in the pool's own job template.",
    "resources.gpu_type": "Ask for it in the pool's own job template.",
    "volumes": _ON_WORKER,
    "service_account": _ON_WORKER,
    "schedule.datasets": "Let an automation start the deployment when that of the writer ends.",
    "schedule.start": "Deploy it on that day, or set `paused: true` under targets.prefect.",
    "schedule.catchup": "Prefect starts no run for a time that has passed.",
}
_SUPPORT: Mapping[str, Support] = {
    **{name: Support("native", how) for name, how in _NATIVE.items()},
    **{name: Support("emulated", how) for name, how in _EMULATED.items()},
    **{name: Support("unsupported", how) for name, how in _INSTEAD.items()},
}
_CONTAINER: Mapping[str, Support] = {
    "image": Support("native", "`image` of a docker or kubernetes pool, one for all tasks"),
    "resources.memory": Support(
        "native", "`mem_limit` or `memory_limit` of the run, for the tasks at once"
    ),
}
_DOCKER: Mapping[str, Support] = {
    "volumes": Support("native", "`volumes` of a docker pool"),
    "resources.cpu": Support("unsupported", "Set `container_create_kwargs` in `job_variables`."),
    "service_account": Support("unsupported", "It is a matter of Kubernetes."),
}
_KUBERNETES: Mapping[str, Support] = {
    "resources.cpu": Support(
        "native", "`cpu_request` and `cpu_limit` of a kubernetes pool, for the tasks at once"
    ),
    "service_account": Support("native", "`service_account_name` of a kubernetes pool"),
}
_NO_MOUNTS = Support("unsupported", "Mount them in the pool's own job template.")
_BY_POOL: Mapping[str, Mapping[str, Support]] = {
    "process": {},
    "docker": {**_CONTAINER, **_DOCKER},
    "kubernetes": {**_CONTAINER, **_KUBERNETES, "volumes": _NO_MOUNTS},
}


exporter = _Prefect()
