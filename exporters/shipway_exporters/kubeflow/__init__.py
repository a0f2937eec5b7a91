"""Kubeflow Pipelines: one pipeline spec a pipeline, and its recurring run beside it.

Names: of pipelines `^[a-z0-9][a-z0-9-]{0,127}$` (server, `validation.ValidatePipelineName`); of
tasks as Kubernetes takes labels, without a digit first; `<task>-driver` is the server's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
from shipway_exporters.containers.file_handoffs import check_files
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.kubeflow.options import OPTIONS
from shipway_exporters.kubeflow.readback import seen_in
from shipway_exporters.kubeflow.references import unfit
from shipway_exporters.kubeflow.rules import faults
from shipway_exporters.kubeflow.schedule import recurring_run
from shipway_exporters.kubeflow.spec import Spec

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TASK_NAMES = NameRules(
    allowed=r"[a-z0-9-]",
    first=r"[a-z]",
    last=r"[a-z0-9]",
    replacement="-",
    prefix="n-",
    longest=55,
    lower=True,
    refused=r"-driver$",
)
_PIPELINE_NAMES = NameRules(
    allowed=r"[a-z0-9-]",
    first=r"[a-z0-9]",
    last=r"[a-z0-9]",
    replacement="-",
    prefix="n",
    longest=63,
    lower=True,
)


@dataclass(frozen=True)
class _Kubeflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name: str = "kubeflow"
    title: str = "Kubeflow Pipelines"
    versions: str = "2.x (pipeline spec 2.1.0)"
    task_names: NameRules = _TASK_NAMES
    pipeline_names: NameRules = _PIPELINE_NAMES

    @property
    def options(self) -> Shape[Any]:
        return OPTIONS

    @property
    def capabilities(self) -> Mapping[str, Support]:
        return {name: _SUPPORT[name] for name in CAPABILITIES}

    def capabilities_for(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return self.capabilities

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        check_run_with(plan)
        check_files(plan, TARGET)
        spec = Rendering(
            template="kubeflow/pipeline.yaml.j2",
            path=f"{plan.name}.yaml",
            context=Spec(plan).context(),
        )
        return [spec, *recurring_run(plan)]

    def faults(self, path: str, text: str) -> Iterable[Finding]:
        """Check a spec against the server's rules, which kfp's own parser leaves unchecked."""
        if path.endswith(".schedule.yaml"):
            return
        yield from findings(path, faults(_documents(text)))

    def seen(self, plan: Plan, files: Mapping[str, str]) -> Seen:
        recurring = files.get(f"{plan.name}.schedule.yaml")
        run = _documents(recurring)[0] if recurring else None
        return seen_in(plan, _documents(files[f"{plan.name}.yaml"]), run)


@lru_cache(maxsize=2)
def _documents(text: str) -> tuple[Any, ...]:
    """Each text is looked at twice, and large ones take their time."""
    return tuple(yaml.load_all(text, Loader=_Loader))


_NATIVE: Mapping[str, str] = {
    "image": "`container.image`",
    "retries": "`retryPolicy.maxRetryCount`",
    "retry_delay": "`retryPolicy.backoffDuration`, whole seconds",
    "retry_backoff": "`retryPolicy.backoffFactor`, whole numbers",
    "timeout": "`activeDeadlineSeconds` of the pod",
    "resources.cpu": "`resourceCpuRequest` and `resourceCpuLimit`",
    "resources.memory": "`resourceMemoryRequest` and `resourceMemoryLimit`",
    "resources.gpu": "`accelerator.resourceCount`",
    "resources.gpu_type": "`accelerator.resourceType`",
    "env": "`container.env`",
    "secrets": "`secretAsEnv`",
    "volumes": "`pvcMount`",
    "parameters": "typed inputs of the pipeline",
    "description": "`pipelineInfo.description`",
}
_EMULATED: Mapping[str, str] = {
    "schedule.cron": "a recurring run, in a file beside the spec",
    "schedule.start": "`start_time` of the recurring run",
    "schedule.catchup": "`no_catchup` of the recurring run",
    "concurrency.runs": "`max_concurrency` of the recurring run; others are not limited",
    "run_parameters": "filled from the run's placeholders; no intervals",
    "owner": "an annotation of each pod",
    "labels": "labels of each pod",
    "memory.store": "carried by `shipway.runtime`, emptied by a last task",
}
_INSTEAD: Mapping[str, str] = {
    "schedule.datasets": "Kubeflow starts runs by the clock alone: let the writer's run start it.",
    "schedule.parameters": "Give them to the recurring run where it is created.",
    "concurrency.tasks": "A run has no such limit: give the tasks the resources that they need.",
    "service_account": "It belongs to a run: name it where the run is created.",
}
_SUPPORT: Mapping[str, Support] = {
    **{name: Support("native", how) for name, how in _NATIVE.items()},
    **{name: Support("emulated", how) for name, how in _EMULATED.items()},
    **{name: Support("unsupported", how) for name, how in _INSTEAD.items()},
}


exporter = _Kubeflow()
