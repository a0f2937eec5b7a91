"""What a job makes of its project: constants that its runs have, and the nodes that it chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shipway.errors import (
    Finding,
    PlanError,
    ShipwayError,
    UsageError,
    did_you_mean,
)
from shipway.model import Json, Parameter, Pipeline, Project, RuntimeParameter, overlap, prefixes
from shipway.planner.cut import WHOLE, Cut
from shipway.planner.job_types import fitting_params, place_of
from shipway.planner.leaves import Leaves
from shipway.planner.select import cut_of
from shipway.settings.check import check_pipeline
from shipway.settings.jobs import Job, leaves
from shipway.settings.settings import Settings
from shipway.settings.source import overlay


def part_of(project: Project, settings: Settings, name: str, cut: Cut) -> Pipeline:
    """Return what is asked for of a registered pipeline, or of a job.

    Raises:
        SettingsError: the pipeline of the job is not registered.
        UsageError: there is no such pipeline, or it has nothing of a name that a cut names.
        PlanError: the selection is empty.
    """
    job = settings.jobs.get(name)
    if job is None:
        return cut_of(project, name, cut)
    check_pipeline(project, settings, job)
    of_job = Cut(**job.conditions)
    try:
        part = cut_of(project, job.pipeline, of_job)
    except (PlanError, UsageError) as error:
        raise _in_settings(error, settings, job) from error
    if cut == WHOLE:
        return part
    # As one call of Kedro takes all conditions: each of the whole pipeline, then what all give.
    return cut_of(project, job.pipeline, of_job, cut)


def _in_settings(error: ShipwayError, settings: Settings, job: Job) -> ShipwayError:
    """Return an error whose places are those of the settings, and not of options."""
    error.findings = tuple(_at(finding, settings, job) for finding in error.findings)
    return error


def _at(finding: Finding, settings: Settings, job: Job) -> Finding:
    word = (finding.where or "").removeprefix("--").replace("-", "_")
    path = ("jobs", job.name, *([word] if word in job.conditions else []))
    return replace(finding, where=settings.place(*path))


def project_of(project: Project, settings: Settings, name: str) -> Project:
    """Return the project as the runs of a job see it, or as it is for a pipeline.

    What `--params` sets for an export goes over a job's own constants.
    """
    job = settings.jobs.get(name)
    if job is None or not job.params:
        return project
    overrides: dict[str, Any] = overlay(fitting_params(project, job), project.overrides or {})
    constants = leaves(overrides)
    return replace(
        project,
        overrides=overrides,
        parameters=tuple(_parameters(project, overrides)),
        runtime_parameters=tuple(_runtime_parameters(project, constants)),
    )


def setters(settings: Settings) -> Mapping[str, list[str]]:
    """Return the jobs that set each parameter, by its dotted name."""
    names: dict[str, list[str]] = {}
    for job in settings.jobs.values():
        for constant in leaves(job.params):
            names.setdefault(constant, []).append(job.name)
    return names


def unread_notes(
    project: Project, settings: Settings, name: str, pipeline: Pipeline
) -> Iterator[str]:
    """Yield what to note of each constant of a job that neither a node nor the configuration reads.

    No error: a hook of the project's may read it, and `kedro run --params` takes it, too.
    """
    job = settings.jobs.get(name)
    if job is None or any("" in node.parameters for node in pipeline.nodes):
        return
    paths = {path for node in pipeline.nodes for path in node.parameters}
    read = paths | Leaves(project).seen_by(pipeline.nodes).keys()
    for constant in leaves(job.params):
        if not any(overlap(constant, other) for other in read):
            mean = did_you_mean(constant, read)
            yield (
                f"The job sets `{constant}`, which none of its nodes reads, nor does the "
                f"configuration ({place_of(settings, job, constant)})."
                f"{f' {mean}' if mean else ''}"
            )


def _parameters(project: Project, overrides: Mapping[str, Json]) -> Iterator[Parameter]:
    """Yield the leaves with the constants among them, sorted by path."""
    before = {leaf.name: leaf for leaf in project.parameters}
    constants = {n: v for n, v in leaves(overrides).items() if not _is_merged(n, v, before)}
    kept = [leaf for leaf in before.values() if not any(overlap(leaf.name, n) for n in constants)]
    merged = [replace(leaf, value=_in_leaf(leaf, overrides)) for leaf in _odd(before, overrides)]
    added = [_leaf(name, value, before.get(name)) for name, value in constants.items()]
    yield from sorted((*kept, *merged, *added), key=lambda leaf: leaf.path)


def _is_merged(name: str, value: Json, before: Mapping[str, Parameter]) -> bool:
    """Tell whether a constant takes no leaf's place: an empty mapping adds nothing to another."""
    is_empty = value == {} and any(other.startswith(f"{name}.") for other in before)
    return is_empty or any(_has_odd_keys(before.get(path)) for path in prefixes(name))


def _odd(before: Mapping[str, Parameter], overrides: Mapping[str, Json]) -> list[Parameter]:
    """Return the leaves that hold a mapping, since a key of theirs has a dot, and a constant."""
    above = {path for name in leaves(overrides) for path in prefixes(name)}
    return [leaf for leaf in before.values() if _has_odd_keys(leaf) and leaf.name in above]


def _has_odd_keys(leaf: Parameter | None) -> bool:
    return leaf is not None and isinstance(leaf.value, Mapping) and bool(leaf.value)


def _in_leaf(leaf: Parameter, overrides: Mapping[str, Json]) -> Json:
    value: Any = overrides
    for key in leaf.path:
        value = value[key]
    return overlay(leaf.value, value)


def _leaf(name: str, value: Json, before: Parameter | None) -> Parameter:
    # A form goes by the type that the project gives it: 2 for a 1.5 is a 2.0 there.
    is_float = before is not None and isinstance(before.value, float)
    shown = float(value) if is_float and type(value) is int else value
    return Parameter(path=tuple(name.split(".")), value=shown)


def _runtime_parameters(
    project: Project, constants: Mapping[str, Json]
) -> Iterator[RuntimeParameter]:
    """Of those that a constant fills, each may be set all the same, and none must be."""
    for item in project.runtime_parameters:
        yield replace(item, required=False) if item.name in constants else item
