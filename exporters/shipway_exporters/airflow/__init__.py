"""Apache Airflow: one DAG file a pipeline.

Names: ids match `^[\\w.-]+$` and have at most 250 characters, group ids 200 and no dots (Airflow,
`airflow.utils.helpers.validate_key` and `validate_group_key`). A try logs below the folders
`dag_id=<id>` and `task_id=<id>` (Airflow, `[logging] log_filename_template`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan, Task
from shipway.settings.values import TaskSettings, Volume
from shipway.targets.capabilities import Support
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway.tasks.command import check_run
from shipway.tasks.limits import LONGEST_NAME
from shipway_exporters.airflow.dag import Lowering
from shipway_exporters.airflow.idle_options import idle_options
from shipway_exporters.airflow.literals import unfit
from shipway_exporters.airflow.options import OPTIONS, TARGET
from shipway_exporters.airflow.other_artifact import contents_of
from shipway_exporters.airflow.readback import read_back
from shipway_exporters.airflow.runs.place import place_of
from shipway_exporters.airflow.runs.registry import CAPABILITIES, capabilities_of, run_of
from shipway_exporters.airflow.starter import starter
from shipway_exporters.airflow.surroundings import surroundings
from shipway_exporters.containers.place import in_containers, project_dir

# 250 characters: `airflow.sdk.definitions._internal.node`, validate_key. In bytes, since logs
# stand in folders called `dag_id=…` and `task_id=…`.
_IDS = NameRules(
    allowed=r"[\w.-]", first=r"[\w.-]", longest=250, longest_bytes=LONGEST_NAME - len("task_id=")
)
_DAG_IDS = NameRules(
    allowed=r"[\w-]", first=r"[\w-]", longest=200, longest_bytes=LONGEST_NAME - len("dag_id=")
)


class _Airflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "airflow"
    title = "Airflow"
    versions = "2.11, 3.x"
    capabilities = CAPABILITIES
    options = OPTIONS
    task_names = _IDS
    pipeline_names = _DAG_IDS

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return capabilities_of(options, None)

    def capabilities_of_task(
        self, options: Mapping[str, Any], settings: TaskSettings
    ) -> Mapping[str, Support]:
        return capabilities_of(options, settings)

    def project_dir(self, plan: Plan, task: Task) -> str:
        if place_of(plan.options, task.settings) == "local":
            # In the pod of a worker, a variable says where the project stands.
            return plan.run.project_dir or "."
        return project_dir(in_containers(plan), TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return run_of(plan, task).volumes(plan, task)

    def idle_options(self, plan: Plan) -> Mapping[str, str]:
        return dict(idle_options(plan))

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        # Before anything is made: plain `kedro run` cannot be told all that a plan may hold.
        if plan.run.run_with == "kedro":
            check_run(plan)
        return [
            Rendering(
                template="airflow/dag.py.j2",
                path=f"{plan.name}.py",
                context=Lowering(plan).context(),
            )
        ]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        """Airflow itself checks a DAG file as it loads it."""
        # One file a DAG, or the plan and the files do not belong together.
        (text,) = files.values()
        return read_back(plan, text)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        (text,) = files.values()
        return contents_of(plan, text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans)

    def surroundings(self, plan: Plan) -> Surroundings:
        return surroundings(plan)


exporter = _Airflow()
