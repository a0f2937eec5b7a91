"""Luigi: a folder a pipeline, with a module of tasks and the configuration that they run by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.plan import Plan
from shipway.schemas.records import Field, Record
from shipway.settings.value_shapes import PATH
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Need, Surroundings
from shipway.tasks.job_variable import too_long
from shipway_exporters.luigi.capabilities import CAPABILITIES
from shipway_exporters.luigi.config import config
from shipway_exporters.luigi.names import PIPELINES, TASKS
from shipway_exporters.luigi.readback import contents_of, read_back
from shipway_exporters.luigi.tasks_file import (
    parameters_of,
    state_variable,
    task_classes,
    tasks_file,
)
from shipway_exporters.python_files.process_place import process_place
from shipway_exporters.python_files.worker_options import WORKER
from shipway_exporters.python_files.worker_surroundings import python_of, root_of
from shipway_exporters.values.worker_python import starter_lines

_STATE = (
    "the folder of the markers of tasks that are done, relative to the project; default the "
    "environment variable <PACKAGE>_STATE, else .luigi"
)
_STARTER = """\
  luigi:
    # Cron starts a run, and `flock` there keeps runs apart. Who is told of it stands in Luigi's
    # own configuration.
    allow_lossy: [schedule, concurrency.runs, notify]
"""


class _Luigi:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "luigi"
    title = "Luigi"
    versions = "3.8 or later"
    capabilities = CAPABILITIES
    options = Record({**WORKER, "state": Field(PATH, _STATE)}, "`targets.luigi`")
    task_names = TASKS
    pipeline_names = PIPELINES

    def unfit(self, parameter: Parameter) -> str | None:
        return too_long(parameter)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        return {"class": task_classes(plan), "parameter": parameters_of(plan)}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        return [tasks_file(plan), config(plan)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(files)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return _STARTER + starter_lines(project.name)

    def surroundings(self, plan: Plan) -> Surroundings:
        place = process_place(plan, self.name)
        state = Need(
            f"the environment variable `{state_variable(plan)}`",
            "each worker",
            "the folder that says which tasks are done, unless it is `.luigi` in the project",
        )
        return Surroundings(
            package="luigi",
            releases=((3, 8), (4,)),
            python=python_of(place),
            needs=(root_of(place), *([] if "state" in plan.options else [state])),
        )


exporter = _Luigi()
