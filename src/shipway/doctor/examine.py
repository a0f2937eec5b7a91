"""All checks of a project and of the targets that are asked for, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shipway.compiler import (
    Selection,
    Source,
    check_words,
    compile_all,
    plan_one,
    read,
    settings_for,
)
from shipway.compiler.errors_of_pipelines import merge
from shipway.compiler.only_as_jobs import only_as_jobs
from shipway.doctor.catalog import check_catalog
from shipway.doctor.configuration import check_configuration
from shipway.doctor.export import check_export, check_local_files
from shipway.doctor.idle import check_idle
from shipway.doctor.image import check_image
from shipway.doctor.names import check_names
from shipway.doctor.needs import check_needs
from shipway.doctor.orchestrator import check_orchestrator
from shipway.doctor.project import check_project, check_settings
from shipway.doctor.python import check_python
from shipway.doctor.result import Result, note, problem
from shipway.doctor.subject import ProjectSubject, TargetSubject
from shipway.errors import Finding, SettingsError, ShipwayError
from shipway.planner.plan import Plan
from shipway.readers.kedro import Reading
from shipway.readers.kedro import read as read_project
from shipway.settings.settings import Settings
from shipway.targets import registry
from shipway.targets.exporter import Exporter

_OF_PROJECT: Sequence[Callable[[ProjectSubject], Iterator[Result]]] = (
    check_project,
    check_settings,
    check_configuration,
    check_catalog,
)
_OF_TARGET: Sequence[Callable[[TargetSubject], Iterator[Result]]] = (
    check_export,
    check_local_files,
    check_python,
    check_image,
    check_orchestrator,
    check_names,
    check_needs,
    check_idle,
)


@dataclass(frozen=True)
class Section:
    """The results of the project, or of one target."""

    name: str
    results: tuple[Result, ...]


def examine(
    source: Source, selection: Selection, targets: Sequence[str], root: Path
) -> tuple[Section, ...]:
    """Check the project, then each target.

    Args:
        targets: their names; empty for those that the settings have a section of.
        root: the project's folder.

    Raises:
        UsageError: there is no such target.
    """
    check_words(selection)
    exporters = [registry.find(name) for name in targets]
    reading, errors = _read(source)
    results = [problem("project" if reading is None else "settings", f) for f in errors]
    if reading is None:
        return (Section("project", tuple(results)),)
    subject = ProjectSubject(root=root, options=source.read, reading=reading)
    results += [result for check in _OF_PROJECT for result in check(subject)]
    if not targets:
        exporters = _of_settings(reading)
        results += [] if exporters else [_no_target()]
    sections = (Section(e.name, _of_target(reading, selection, e, root)) for e in exporters)
    return (Section("project", tuple(results)), *sections)


def _read(source: Source) -> tuple[Reading | None, tuple[Finding, ...]]:
    try:
        return read(source), ()
    except SettingsError as error:
        return _without_settings(source, error)
    except ShipwayError as error:
        return None, error.findings


def _without_settings(
    source: Source, error: SettingsError
) -> tuple[Reading | None, tuple[Finding, ...]]:
    """The rest of the project can be looked at all the same."""
    try:
        return read_project(replace(source.read, own_settings=False)), error.findings
    except ShipwayError as other:
        return None, (*error.findings, *other.findings)


def _of_settings(reading: Reading) -> list[Exporter]:
    section = reading.settings.values.get("targets")
    names = section if isinstance(section, dict) else {}
    return [registry.find(name) for name in registry.names() if name in names]


def _no_target() -> Result:
    names = ", ".join(registry.names())
    remedy = f"Name one: `shipway doctor TARGET`, of {names}."
    what = "No target was looked at, since the settings have a section of none."
    return note("settings", what, remedy=remedy)


def _of_target(
    reading: Reading, selection: Selection, exporter: Exporter, root: Path
) -> tuple[Result, ...]:
    try:
        settings = settings_for(reading.settings, [exporter])
    except SettingsError as error:
        return tuple(problem("settings", finding) for finding in error.findings)
    plans, findings = _plans(reading, settings, selection, exporter)
    subject = TargetSubject(root=root, exporter=exporter, plans=plans, findings=findings)
    return tuple(result for check in _OF_TARGET for result in check(subject))


def _plans(
    reading: Reading, settings: Settings, selection: Selection, exporter: Exporter
) -> tuple[tuple[Plan, ...], tuple[Finding, ...]]:
    """Return the plans that there are, and what stands in the way of others or of an export."""
    plans: list[Plan] = []
    errors: dict[str, ShipwayError] = {}
    names = _names(reading, settings, selection)
    for name in names:
        one = _of_one(name, settings, selection)
        try:
            plans += [item.plan for item in compile_all(reading.project, settings, exporter, one)]
        except ShipwayError as error:
            errors[name] = error
            plans += _planned(reading, settings, one, exporter, name)
    return tuple(plans), merge(errors, len(names), settings.jobs).findings if errors else ()


def _planned(
    reading: Reading, settings: Settings, selection: Selection, exporter: Exporter, name: str
) -> list[Plan]:
    """Return the plan of what the target refuses: other checks can look at it."""
    try:
        return [plan_one(reading.project, settings, name, selection, exporter)]
    except ShipwayError:
        return []  # `compile_all` has said why


def _of_one(name: str, settings: Settings, selection: Selection) -> Selection:
    is_job = name in settings.jobs
    pipelines, jobs = ((), (name,)) if is_job else ((name,), ())
    return replace(selection, pipelines=pipelines, jobs=jobs, all_pipelines=False)


def _names(reading: Reading, settings: Settings, selection: Selection) -> tuple[str, ...]:
    if selection.pipelines or selection.jobs:
        return tuple(dict.fromkeys((*selection.pipelines, *selection.jobs)))
    by_jobs = only_as_jobs(reading.project, settings)
    pipelines = (one.name for one in reading.project.pipelines if one.nodes)
    return (*(name for name in pipelines if name not in by_jobs), *settings.jobs)
