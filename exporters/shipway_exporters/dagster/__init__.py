"""Dagster: one file of definitions a pipeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.capabilities import Support
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway.tasks.job_variable import too_long
from shipway_exporters.containers.place import project_dir
from shipway_exporters.dagster.capabilities import CAPABILITIES, capabilities_with
from shipway_exporters.dagster.checks import check
from shipway_exporters.dagster.idle_options import idle_options
from shipway_exporters.dagster.names import PIPELINES, TASKS, fields
from shipway_exporters.dagster.options import OPTIONS
from shipway_exporters.dagster.other_artifact import contents_of
from shipway_exporters.dagster.pipeline_file import Lowering
from shipway_exporters.dagster.place import TARGET, is_in_pods
from shipway_exporters.dagster.pods import volumes_in
from shipway_exporters.dagster.readback import read_back
from shipway_exporters.dagster.starter import first_files, starter
from shipway_exporters.dagster.surroundings import surroundings


class _Dagster:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "dagster"
    title = "Dagster"
    versions = "1.13 or later"
    capabilities = CAPABILITIES
    options = OPTIONS
    task_names = TASKS
    pipeline_names = PIPELINES
    shows_datasets: Literal[True] = True

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return capabilities_with(options)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        if is_in_pods(plan.options):
            return project_dir(plan, TARGET)
        return plan.run.project_dir or "."

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return volumes_in(plan, task)

    def idle_options(self, plan: Plan) -> Mapping[str, str]:
        return dict(idle_options(plan))

    def unfit(self, parameter: Parameter) -> str | None:
        return too_long(parameter)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"parameter": fields(each.name for each in plan.parameters)}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        check(plan)
        context = Lowering(plan).context()
        template = "dagster/definitions.py.j2"
        return [Rendering(template=template, path=f"{plan.name}.py", context=context)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        (text,) = files.values()
        return read_back(plan, text)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        (text,) = files.values()
        return contents_of(plan, text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans)

    def first_files(self, project: Project, existing: Collection[str]) -> Mapping[str, str]:
        return first_files(project, existing)

    def surroundings(self, plan: Plan) -> Surroundings:
        return surroundings(plan)


exporter = _Dagster()
