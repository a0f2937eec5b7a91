"""Targets: what an exporter is, what it declares, and how exporters are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, Protocol, runtime_checkable

from shipway.errors import Finding, InternalError, UsageError, did_you_mean
from shipway.model import Parameter
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan
from shipway.seen import Seen
from shipway.shapes import Shape

GROUP = "shipway.exporters"
"""The entry point group under which exporters are found."""

SupportLevel = Literal["native", "emulated", "unsupported"]


@dataclass(frozen=True)
class Support:
    """How a target carries out a setting.

    Args:
        level: by its own means, by means of the emitted code, or not at all.
        how: the target's own word for it; for what is unsupported, what to do instead.
    """

    level: SupportLevel
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """One file to come: a template, where it goes, and what it is filled with.

    Args:
        template: name below the templates folder, such as `airflow/dag.py.j2`.
        path: where the file goes, relative to the output folder.
        context: values for the template; text in it is a literal of the file's language already.
    """

    template: str
    path: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Exporter(Protocol):
    """From a plan to what templates need. One module in `exporters/` holds one exporter.

    Attributes:
        name: as in `shipway export NAME`.
        title: the orchestrator's own name.
        versions: versions that the artifacts run on, for the reader of a table.
        capabilities: support of each setting, by the setting's dotted name.
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

    def capabilities_for(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        """Return the support of each setting under the target's own options."""
        ...

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        """Return the files of one plan, each for one template.

        Raises:
            UnsupportedError: something in the plan has no form on this target.
        """
        ...

    def faults(self, path: str, text: str) -> Iterable[Finding]:
        """Yield what is wrong in a file that was rendered; nothing for a good one."""
        ...

    def seen(self, plan: Plan, files: Mapping[str, str]) -> Seen:
        """Return what the rendered files of a plan say, read from their text alone."""
        ...


@runtime_checkable
class LimitsParameters(Protocol):
    """An exporter whose target cannot hold every default; a run keeps what it does not hold."""

    def unfit(self, parameter: Parameter) -> str | None:
        """Return why a run cannot be given a parameter, as a clause; `None` where it can."""
        ...


CAPABILITIES: Mapping[str, str] = {
    "image": "container image of a task",
    "retries": "retries of a failed task",
    "retry_delay": "pause before a retry",
    "retry_backoff": "growing pauses",
    "timeout": "time-out of a task",
    "resources.cpu": "cores of a task",
    "resources.memory": "memory of a task",
    "resources.gpu": "accelerators of a task",
    "resources.gpu_type": "kind of accelerator",
    "env": "environment variables",
    "secrets": "secrets by reference",
    "volumes": "shared volumes",
    "service_account": "account a task runs as",
    "schedule.cron": "start by the clock, with time zone",
    "schedule.datasets": "start when datasets are written",
    "schedule.start": "first day of the schedule",
    "schedule.catchup": "running what was missed",
    "schedule.parameters": "values of its own for scheduled runs",
    "concurrency.runs": "limit of runs at once",
    "concurrency.tasks": "limit of tasks at once",
    "parameters": "parameters set at trigger time",
    "run_parameters": "facts of a run as parameters",
    "owner": "owner",
    "labels": "labels",
    "description": "description in Markdown",
    "memory.store": "in-memory datasets carried between tasks",
}
"""Every setting that a target may or may not express, with its meaning."""


def names() -> tuple[str, ...]:
    """Return the names of all installed targets, sorted; nothing is imported."""
    return tuple(sorted(_entry_points()))


def find(name: str) -> Exporter:
    """Return the exporter called `name`.

    Raises:
        UsageError: no such target is installed.
    """
    if name not in _entry_points():
        raise UsageError(
            Finding(
                what=f"There is no target `{name}`.",
                where="TARGET",
                remedy=did_you_mean(name, names()),
            )
        )
    exporter: Exporter = _entry_points()[name].load()
    _check_declared(exporter)
    return exporter


def every() -> Iterator[Exporter]:
    """Yield every installed exporter, by name."""
    for name in names():
        yield find(name)


@lru_cache(maxsize=1)
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _check_declared(exporter: Exporter) -> None:
    undeclared = CAPABILITIES.keys() ^ exporter.capabilities.keys()
    if undeclared:
        raise InternalError(
            Finding(
                what=f"The target `{exporter.name}` must declare its support of exactly the known "
                f"settings; differing: {', '.join(sorted(undeclared))}.",
                where=f"entry point `{GROUP}`",
            )
        )
