"""Prefect: a folder a pipeline, which holds the flow and its deployment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan
from shipway.shapes import Shape
from shipway.target import CAPABILITIES, Rendering, Support
from shipway_exporters.prefect.deployment import deployment
from shipway_exporters.prefect.flow import Lowering
from shipway_exporters.prefect.names import PIPELINES, TASKS
from shipway_exporters.prefect.options import OPTIONS


@dataclass(frozen=True)
class _Prefect:
    """The exporter; see `shipway.target.Exporter`."""

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
        return self.capabilities_for({"work_pool": {"type": "docker"}})

    def capabilities_for(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        pool = options.get("work_pool", {}).get("type", "process")
        support = {**_SUPPORT, **_BY_POOL.get(pool, {})}
        return {name: support[name] for name in CAPABILITIES}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        if plan.run.run_with == "kedro":
            raise UnsupportedError(_plain(plan))
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
        return ()


def _plain(plan: Plan) -> Finding:
    return Finding(
        what="Plain `kedro run` cannot be given the parameters that a flow is started with.",
        where=plan.run.places.get("run_with", "run_with"),
        remedy="Set `run_with: shipway`.",
    )


_NATIVE: Mapping[str, str] = {
    "retries": "`retries` of the task",
    "retry_delay": "`retry_delay_seconds`",
    "retry_backoff": "a list of `retry_delay_seconds`, at most 50",
    "schedule.cron": "a schedule of the deployment",
    "schedule.parameters": "`parameters` of the schedule",
    "concurrency.runs": "`concurrency_limit` of the deployment; others are not limited",
    "concurrency.tasks": "`max_workers` of the task runner; 16 unless set",
    "parameters": "typed arguments of the flow",
    "description": "`description` of the flow",
}
_EMULATED: Mapping[str, str] = {
    "timeout": "ended by the flow: Prefect cannot interrupt a process in a thread",
    "env": "set for the task's process",
    "secrets": "loaded from secret blocks by the task, for its process",
    "run_parameters": "read from `prefect.runtime`; no intervals",
    "owner": "a tag of the deployment, `owner:name`",
    "labels": "tags of the deployment, `key:value`",
    "memory.store": "carried by `shipway.runtime`, emptied by a last task",
}
_ONE_PLACE = "The tasks of a run share its container: set `job_variables` under targets.prefect."
_INSTEAD: Mapping[str, str] = {
    "image": "A process pool has no images: set `work_pool: {type: docker}` under targets.prefect.",
    "resources.cpu": _ONE_PLACE,
    "resources.memory": _ONE_PLACE,
    "resources.gpu": _ONE_PLACE,
    "resources.gpu_type": _ONE_PLACE,
    "volumes": _ONE_PLACE,
    "service_account": _ONE_PLACE,
    "schedule.datasets": "Let an automation start the deployment when that of the writer ends.",
    "schedule.start": "Deploy it on that day, or set `paused: true` under targets.prefect.",
    "schedule.catchup": "Prefect starts no run for a time that has passed.",
}
_SUPPORT: Mapping[str, Support] = {
    **{name: Support("native", how) for name, how in _NATIVE.items()},
    **{name: Support("emulated", how) for name, how in _EMULATED.items()},
    **{name: Support("unsupported", how) for name, how in _INSTEAD.items()},
}
_IMAGE = {"image": Support("native", "`image` of the run, one for all tasks")}
_BY_POOL: Mapping[str, Mapping[str, Support]] = {"docker": _IMAGE, "kubernetes": _IMAGE}


exporter = _Prefect()
