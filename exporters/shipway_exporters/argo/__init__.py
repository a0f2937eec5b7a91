"""Argo Workflows: a WorkflowTemplate a pipeline, and a CronWorkflow beside it in one file.

Names (Argo 4.1, `workflow/validate`): of templates and tasks `[a-zA-Z0-9][-a-zA-Z0-9]*`, 128 at
most, and with `depends` no digit first; a template's is part of its pods', so small letters. Of a
CronWorkflow 52 characters, since the runs that it starts have a number behind its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings, needs_of
from shipway_exporters.argo import parameters
from shipway_exporters.argo.capabilities import CAPABILITIES
from shipway_exporters.argo.options import OPTIONS, TARGET
from shipway_exporters.argo.readback import contents_of, read_back
from shipway_exporters.argo.templates import MAIN, ON_EXIT
from shipway_exporters.argo.workflow import rendering
from shipway_exporters.containers.kubectl import removals
from shipway_exporters.containers.kubernetes_names import object_names
from shipway_exporters.containers.place import project_dir, volumes_of
from shipway_exporters.containers.starter import starter

_TASK_NAMES = replace(
    # With `kedro-` before it, a template's name.
    object_names(63),
    first=r"[a-z]",
    prefix="n-",
    # The cleanup is a template as well; `depends` is an expression that has these words (expr-lang,
    # Language Definition; `parser/lexer`).
    reserved=frozenset(
        {MAIN, ON_EXIT, "kedro", "true", "false", "nil", "in", "and", "or", "not"}
        | {"if", "else", "let", "matches", "contains"}
    ),
    refused=r"^kedro-",
)
_PIPELINE_NAMES = object_names(52)
_NAMESPACE = "the namespace of the workflow"
_HOMES = {
    **dict.fromkeys(("secret", "pod_secret", "config_map", "claim"), _NAMESPACE),
    "host_path": "each machine that pods run on",
}


class _Argo:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = TARGET.name
    title = TARGET.title
    versions = "3.6 and later, 4"
    capabilities = CAPABILITIES
    options = OPTIONS
    task_names = _TASK_NAMES
    pipeline_names = _PIPELINE_NAMES

    def unfit(self, parameter: Parameter) -> str | None:
        return parameters.unfit(parameter)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        return project_dir(plan, TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return volumes_of(plan, task, TARGET)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"parameter": {n: item.name for n, item in parameters.arguments_of(plan).items()}}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        return [rendering(plan)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        return removals(text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans, TARGET)

    def surroundings(self, plan: Plan) -> Surroundings:
        return Surroundings(needs=tuple(needs_of(plan, _HOMES)))


exporter = _Argo()
