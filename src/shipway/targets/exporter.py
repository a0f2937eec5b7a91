"""The exporter of a target: from a plan to what templates need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from shipway.artifacts.readback import Contents
from shipway.errors import Finding
from shipway.model import Parameter, Project
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan, Task
from shipway.schemas.shapes import Shape
from shipway.settings.values import TaskSettings, Volume
from shipway.targets.capabilities import Support


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """One file to come: a template, where it goes, and what it is filled with.

    Args:
        template: name below the templates folder, such as `airflow/dag.py.j2`.
        path: where the file goes, relative to the output folder.
        context: values for the template; text in it is a literal of the file's language already.
        notes: what to tell who exports it.
    """

    template: str
    path: str
    context: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Readback:
    """The rendered files of a plan, parsed once.

    Args:
        contents: reads what they say, of their text alone. Nobody calls it where there are
            findings, nor for templates of the user's own, which may say things in other words.
        findings: what the target would refuse in the files, or pass over in silence.
    """

    contents: Callable[[], Contents]
    findings: tuple[Finding, ...] = ()


class Exporter(Protocol):
    """From a plan to what templates need. One module in `exporters/` holds one exporter.

    Attributes:
        name: as in `shipway export NAME`.
        title: the orchestrator's own name.
        versions: versions that the artifacts run on, for the reader of a table.
        capabilities: support of each setting, by the setting's dotted name; see `support_table`.
        options: the shape of the target's section in the settings.
        task_names: rules for names of tasks.
        pipeline_names: rules for names of pipelines.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def versions(self) -> str: ...
    @property
    def capabilities(self) -> Mapping[str, Support]: ...
    @property
    def options(self) -> Shape[Any]: ...
    @property
    def task_names(self) -> NameRules: ...
    @property
    def pipeline_names(self) -> NameRules: ...

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        """Return the files of one plan, each for one template.

        Raises:
            UnsupportedError: something in the plan has no form on this target.
        """
        ...

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        """Parse the rendered files of a plan, by path; the opposite of `lower`."""
        ...


@runtime_checkable
class VariesByOptions(Protocol):
    """An exporter whose options change what it can express; `capabilities` is then the most."""

    def capabilities_with(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        """Return the support of each setting under the target's own options."""
        ...


@runtime_checkable
class VariesByTask(Protocol):
    """An exporter that can express more or less of a task, by where that one runs."""

    def capabilities_of_task(
        self, options: Mapping[str, Any], settings: TaskSettings
    ) -> Mapping[str, Support]:
        """Return the support of each setting for a task with these settings."""
        ...


@runtime_checkable
class RunsOneTask(Protocol):
    """An exporter of a target that runs a pipeline as one task, however the settings group it."""

    @property
    def one_task(self) -> Literal[True]: ...


@runtime_checkable
class ShowsDatasets(Protocol):
    """An exporter of a target that shows datasets, and what the catalog says of them."""

    @property
    def shows_datasets(self) -> Literal[True]: ...


@runtime_checkable
class MountsVolumes(Protocol):
    """An exporter whose options say, beside the settings, which volumes a task mounts, and where.

    By that it is known which local files are lost where a task has no disk that stays.
    """

    def project_dir(self, plan: Plan, task: Task) -> str:
        """Return the folder of the project, where relative paths of a task in a container start.

        It is relative where only the container knows from where on.

        Raises:
            UnsupportedError: it has to be absolute and is not.
        """
        ...

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        """Return the volumes that a task mounts."""
        ...


@runtime_checkable
class LimitsParameters(Protocol):
    """An exporter whose target cannot hold every default; a run keeps what it does not hold."""

    def unfit(self, parameter: Parameter) -> str | None:
        """Return why a run cannot be given a parameter, as a clause; `None` where it can."""
        ...


@runtime_checkable
class KnowsIdleOptions(Protocol):
    """An exporter some of whose options count only for tasks that run in one way or another."""

    def idle_options(self, plan: Plan) -> Mapping[str, str]:
        """Return where options stand that no task of a plan makes use of, each with the reason."""
        ...


@runtime_checkable
class NotesOptions(Protocol):
    """An exporter that cannot tell for some options whether they do what they should."""

    def notes(self, plan: Plan) -> Iterable[str]:
        """Return what deserves a look before a plan runs, each in sentences."""
        ...


@runtime_checkable
class GivesFurtherNames(Protocol):
    """An exporter whose files call tasks or parameters by further names than those of the plan."""

    def further_names(self, plan: Plan) -> Mapping[str, Mapping[str, str]]:
        """Return these by what has them (`parameter`), each by its name in the plan."""
        ...


@runtime_checkable
class ReadsOtherArtifacts(Protocol):
    """An exporter that reads an artifact which another plan has given, such as yesterday's.

    Of others, `shipway diff` shows the lines that differ, and not what their change does.
    """

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        """Return what the files of one pipeline say, whole: nothing is left out that a plan lends.

        Args:
            plan: that of a pipeline of the project today, for whose datasets those are.
            files: of one artifact, by path.

        Raises:
            Exception: of any kind, for files of a release that wrote them otherwise.
        """
        ...


@runtime_checkable
class StartsSettings(Protocol):
    """An exporter that begins its section of the settings for a project which has none."""

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        """Return the section as lines of YAML with comments, indented by two.

        Args:
            plans: those of the project's pipelines that can be planned, under no settings.
        """
        ...


@runtime_checkable
class StartsFiles(Protocol):
    """An exporter whose artifacts need a file beside them that belongs to the user, not to us."""

    def first_files(self, project: Project, existing: Collection[str]) -> Mapping[str, str]:
        """Return the texts of first files, by path in the project's folder.

        Args:
            existing: names of what the folder holds; nothing there is replaced.
        """
        ...


@runtime_checkable
class NamesItsFolder(Protocol):
    """An exporter whose artifacts say where they stand, by its option `folder`."""

    def folder(self, options: Mapping[str, Any]) -> str:
        """Return the output folder, relative to the project's."""
        ...


@runtime_checkable
class JoinsJobs(Protocol):
    """An exporter that can write several jobs of a pipeline as one artifact: `Plan.jobs`."""

    def joins(self, plan: Plan, job: Plan) -> bool:
        """Tell whether a job is one more deployment of what the plan of its pipeline gives."""
        ...


@runtime_checkable
class LeavesDeployed(Protocol):
    """An exporter of a target that keeps what a file has deployed, when the file has it no more."""

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        """Return how to remove what a file deploys: the command for each, by what it is.

        Args:
            path: relative to the output folder.
            text: as an export has written it, also one of another day.

        Raises:
            Exception: of any kind, for a file of a release that wrote it otherwise.
        """
        ...


@runtime_checkable
class WritesSomeFilesOnly(Protocol):
    """An exporter some of whose files stand only where the settings ask for them."""

    def companions(self, plan: Plan) -> Sequence[str]:
        """Return the paths of these files of a plan, also of those that it does not have."""
        ...


def companions(exporter: Exporter, plan: Plan) -> Sequence[str]:
    """Return where files of a plan stand that it has under some settings only."""
    return exporter.companions(plan) if isinstance(exporter, WritesSomeFilesOnly) else ()


def capabilities_of(exporter: Exporter, options: Mapping[str, Any]) -> Mapping[str, Support]:
    """Return the support of each setting under the target's own options."""
    if isinstance(exporter, VariesByOptions):
        return exporter.capabilities_with(options)
    return exporter.capabilities


def capabilities_of_task(
    exporter: Exporter, options: Mapping[str, Any], settings: TaskSettings
) -> Mapping[str, Support]:
    """Return the same for a task with these settings."""
    if isinstance(exporter, VariesByTask):
        return exporter.capabilities_of_task(options, settings)
    return capabilities_of(exporter, options)
