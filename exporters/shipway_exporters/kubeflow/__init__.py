"""Kubeflow Pipelines: one pipeline spec a pipeline, and its recurring run beside it.

Names: of pipelines `^[a-z0-9][a-z0-9-]{0,127}$` (server, `validation.ValidatePipelineName`); of
tasks as Kubernetes takes labels, without a digit first; `<task>-driver` is the server's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.capabilities import Support, most
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway_exporters.containers.kubernetes_names import object_names
from shipway_exporters.containers.place import project_dir
from shipway_exporters.containers.starter import starter
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.kubeflow.inputs import inputs_of
from shipway_exporters.kubeflow.options import OPTIONS
from shipway_exporters.kubeflow.other_artifact import contents_of
from shipway_exporters.kubeflow.profiles import DEFAULT, ORCHESTRATORS, PROFILES, profile_of
from shipway_exporters.kubeflow.readback import read_back
from shipway_exporters.kubeflow.references import unfit
from shipway_exporters.kubeflow.removals import removals
from shipway_exporters.kubeflow.schedule import path_of
from shipway_exporters.kubeflow.spec import Spec
from shipway_exporters.kubeflow.vertex.starter import instead

_TASK_NAMES = NameRules(
    allowed=r"[a-z0-9-]",
    first=r"[a-z]",
    last=r"[a-z0-9]",
    replacement="-",
    prefix="n-",
    # The 63 characters of a label, with room for the server's `-driver`.
    longest=55,
    lower=True,
    refused=r"-driver$",
)
_PIPELINE_NAMES = object_names(63)


class _Kubeflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "kubeflow"
    title = TARGET.title
    versions = PROFILES[DEFAULT].versions
    capabilities = most(*(profile.capabilities for profile in PROFILES.values()))
    options = OPTIONS
    task_names = _TASK_NAMES
    pipeline_names = _PIPELINE_NAMES
    orchestrators = ORCHESTRATORS

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return profile_of(options).capabilities

    def idle_options(self, plan: Plan) -> Mapping[str, str]:
        idle = profile_of(plan.options).idle
        return {TARGET.option(key): why for key, why in idle.items() if key in plan.options}

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        return project_dir(plan, TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return profile_of(plan.options).volumes(plan, task)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"parameter": {i.parameter.name: i.name for i in inputs_of(plan)}}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        profile = profile_of(plan.options)
        profile.check(plan)
        spec = Spec(plan, profile)
        rendering = Rendering(
            template="kubeflow/pipeline.yaml.j2",
            path=f"{plan.name}.yaml",
            context=spec.context(),
            notes=spec.notes,
        )
        return [rendering, *profile.schedule(plan)]

    def companions(self, plan: Plan) -> Sequence[str]:
        return [path_of(plan)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        return removals(path, text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans, TARGET) + instead(project)

    def surroundings(self, plan: Plan) -> Surroundings:
        return profile_of(plan.options).surroundings(plan)


exporter = _Kubeflow()
