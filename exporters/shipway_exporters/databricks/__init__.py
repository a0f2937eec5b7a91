"""Databricks: one job of a bundle a pipeline.

Names: task keys of letters, digits, `-` and `_`, at most 100 characters (Jobs API, `task_key`); a
job's key in a bundle is that of a mapping, by which `${resources.jobs.KEY}` refers to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan, Task
from shipway.settings.values import TaskSettings, Volume
from shipway.targets.capabilities import Support
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway_exporters.databricks.capabilities import CAPABILITIES, capabilities_of_task
from shipway_exporters.databricks.job import JobFile
from shipway_exporters.databricks.options import OPTIONS
from shipway_exporters.databricks.other_artifact import contents_of
from shipway_exporters.databricks.readback import read_back
from shipway_exporters.databricks.single_node import without_workers
from shipway_exporters.databricks.starter import first_files, starter
from shipway_exporters.databricks.surroundings import surroundings
from shipway_exporters.databricks.texts import unfit
from shipway_exporters.databricks.wheel import without_shipway
from shipway_exporters.databricks.words import PROJECT, other_names, parameter_names, project_dir
from shipway_exporters.values.shared_disks import volumes_at

_NAMES = NameRules(allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z0-9_]", longest=100)
_PIPELINE_NAMES = NameRules(allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z_]", longest=100)
_VOLUMES = PurePosixPath("/Volumes/CATALOG/SCHEMA/VOLUME")
"""Volumes of Unity Catalog, which every task sees at one place."""
_WORKSPACE = "/Workspace/…"


class _Databricks:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "databricks"
    title = "Databricks"
    versions = "Declarative Automation Bundles, Jobs API 2.2"
    capabilities = CAPABILITIES
    options = OPTIONS
    task_names = _NAMES
    pipeline_names = _PIPELINE_NAMES

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def capabilities_of_task(
        self, options: Mapping[str, Any], settings: TaskSettings
    ) -> Mapping[str, Support]:
        return capabilities_of_task(options, settings)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        # Where the bundle's files are is known once it is deployed; no volume is there.
        return project_dir(plan).replace(PROJECT, _WORKSPACE)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return volumes_at(plan, task, self.project_dir(plan, task), _VOLUMES)

    def notes(self, plan: Plan) -> Iterator[str]:
        yield from without_shipway(plan)
        yield from without_workers(plan)
        yield from other_names(plan)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"parameter": parameter_names(plan)}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        return [
            Rendering(
                template="databricks/job.yml.j2",
                path=f"resources/{plan.name}.job.yml",
                context=JobFile(plan).context(),
            )
        ]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans)

    def first_files(self, project: Project, existing: Collection[str]) -> Mapping[str, str]:
        return first_files(project, existing)

    def surroundings(self, plan: Plan) -> Surroundings:
        return surroundings(plan)


exporter = _Databricks()
