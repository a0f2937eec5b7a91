"""Prefect: a folder a pipeline, which holds the flow and its deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.plan import Plan
from shipway.targets.capabilities import Support
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway_exporters.prefect.blocks import check_blocks
from shipway_exporters.prefect.capabilities import BY_POOL, CAPABILITIES
from shipway_exporters.prefect.deployment import deployment, folder_in
from shipway_exporters.prefect.deployment_parameters import joins
from shipway_exporters.prefect.flow import Lowering
from shipway_exporters.prefect.flow_names import PIPELINES, TASKS
from shipway_exporters.prefect.flow_parameters import arguments_of, check_size, unfit
from shipway_exporters.prefect.job_template_file import job_template_file, path_of
from shipway_exporters.prefect.job_variables import job_variables
from shipway_exporters.prefect.options import OPTIONS
from shipway_exporters.prefect.other_artifact import contents_of
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.project_folder import check_project_folder
from shipway_exporters.prefect.readback import read_back
from shipway_exporters.prefect.removals import removals
from shipway_exporters.prefect.run_files import check_files
from shipway_exporters.prefect.starter import starter
from shipway_exporters.prefect.surroundings import surroundings


class _Prefect:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "prefect"
    title = "Prefect"
    versions = "3.8 or later"
    capabilities: Mapping[str, Support] = CAPABILITIES
    options = OPTIONS
    task_names = TASKS
    pipeline_names = PIPELINES

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return BY_POOL[options.get("work_pool", {}).get("type", "process")]

    def folder(self, options: Mapping[str, Any]) -> str:
        return folder_in(options)

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"parameter": {a.parameter.name: a.name for a in arguments_of(plan)}}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        # Before any file is made: these errors are of the project, not of a template.
        check_project_folder(plan)
        check_size(plan)
        check_files(plan)
        check_blocks(plan)
        variables = job_variables(plan, Place(plan))
        flow = Rendering(
            template="prefect/flow.py.j2",
            # A folder a flow: `prefect deploy` reads one `prefect.yaml`, and all that is in it.
            path=f"{plan.name}/flow.py",
            context=Lowering(plan).context(),
        )
        settings = Rendering(
            template="prefect/prefect.yaml.j2",
            path=f"{plan.name}/prefect.yaml",
            context=deployment(plan, variables),
        )
        return [flow, settings, *job_template_file(plan, variables)]

    def joins(self, plan: Plan, job: Plan) -> bool:
        return joins(plan, job)

    def companions(self, plan: Plan) -> Sequence[str]:
        own = (f"{job.name}/{file}" for job in plan.jobs for file in ("flow.py", "prefect.yaml"))
        return [path_of(plan), *own]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        return removals(path, text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans)

    def surroundings(self, plan: Plan) -> Surroundings:
        return surroundings(plan)


exporter = _Prefect()
