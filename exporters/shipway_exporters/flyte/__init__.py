"""Flyte: a module a pipeline, with its tasks, its workflow and its launch plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Need, Surroundings, needs_of
from shipway_exporters.containers.place import project_dir
from shipway_exporters.containers.starter import starter
from shipway_exporters.flyte.capabilities import CAPABILITIES
from shipway_exporters.flyte.checks import check_plan, notes
from shipway_exporters.flyte.inputs import inputs_of, unfit
from shipway_exporters.flyte.module import Lowering
from shipway_exporters.flyte.names import PIPELINES, TASKS, file_of, functions
from shipway_exporters.flyte.options import OPTIONS, TARGET
from shipway_exporters.flyte.pods import volumes_in
from shipway_exporters.flyte.readback import contents_of, read_back
from shipway_exporters.flyte.removals import removals

_NAMESPACE = "the namespace of the project and domain that it runs in"
_HOMES = dict.fromkeys(("secret", "pod_secret", "config_map", "claim"), _NAMESPACE)
_RELEASES = ((1, 16), (2,))
_IN_IMAGE = Need(
    "flytekit", "the image, beside Shipway", "loading the file, by Flyte's own command"
)
_STARTER = """\
    # Flyte's own configuration says how long it waits before a retry, and not the settings.
    allow_lossy: [retry_delay]
"""


class _Flyte:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = TARGET.name
    title = TARGET.title
    versions = "1.16"
    capabilities = CAPABILITIES
    options = OPTIONS
    task_names = TASKS
    pipeline_names = PIPELINES

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        return project_dir(plan, TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return volumes_in(plan, task)

    def notes(self, plan: Plan) -> Iterable[str]:
        return notes(plan)

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        inputs = {name: item.name for name, item in inputs_of(plan).items()}
        return {"function": functions(plan, inputs.values()), "parameter": inputs}

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        check_plan(plan)
        context = Lowering(plan).context()
        template = "flyte/workflow.py.j2"
        return [Rendering(template=template, path=file_of(plan), context=context)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        return removals(path, text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans, TARGET) + _STARTER

    def surroundings(self, plan: Plan) -> Surroundings:
        needs = tuple(needs_of(plan, _HOMES))
        return Surroundings(package="flytekit", releases=_RELEASES, needs=(_IN_IMAGE, *needs))


exporter = _Flyte()
