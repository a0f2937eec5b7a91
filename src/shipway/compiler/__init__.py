"""The way through: read, plan, lower, render. What `shipway export` does, as a library.

Each step has a room of its own: `request` is what is asked for, `reading` comes first and
`rendered_files` last; `errors_of_pipelines` reports what several pipelines have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from shipway.artifacts.files import File, seal
from shipway.artifacts.identity import identity, with_mark
from shipway.artifacts.python_literals import escaped
from shipway.artifacts.render import render
from shipway.compiler.errors_of_pipelines import merge
from shipway.compiler.first_look import accepted_losses, mistakes_in_settings, refusals
from shipway.compiler.joined_jobs import JoinedJobs
from shipway.compiler.notes_of_target import notes_of_target
from shipway.compiler.other_pipelines import OtherPipelines
from shipway.compiler.places_of_options import with_lines
from shipway.compiler.reading import read, settings_for, settings_with_mistakes
from shipway.compiler.rendered_files import check_rendered, run_other_nodes
from shipway.compiler.request import (
    Selection,
    Source,
    check_words,
    options_of,
    pipeline_names,
)
from shipway.compiler.shared_places import shared_places
from shipway.errors import Finding, InternalError, OutputError, ShipwayError
from shipway.mistakes import joined
from shipway.model import Project
from shipway.planner.build import build
from shipway.planner.cut import WHOLE
from shipway.planner.pipeline_names import name_of_jobs
from shipway.planner.places import by_place
from shipway.planner.plan import Plan
from shipway.planner.plan_options import PlanOptions
from shipway.settings.check import schedules
from shipway.settings.settings import Settings
from shipway.targets import support
from shipway.targets.exporter import (
    Exporter,
    LimitsParameters,
    Rendering,
    RunsOneTask,
    ShowsDatasets,
    capabilities_of,
)
from shipway.targets.support import Requirement

__all__ = [
    "Compiled",
    "Selection",
    "Source",
    "check_distinct",
    "check_words",
    "compile_all",
    "is_unlike",
    "pipeline_names",
    "plan_all",
    "plan_one",
    "read",
    "settings_for",
    "settings_with_mistakes",
]


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """One pipeline on one target: the plan, the files, and the settings that were given up."""

    plan: Plan
    files: tuple[File, ...]
    losses: tuple[Requirement, ...]


def compile_all(
    project: Project, settings: Settings, exporter: Exporter, selection: Selection
) -> Iterator[Compiled]:
    """Yield each selected pipeline, compiled for one target.

    Raises:
        ShipwayError: as `plan_one`, `support.check` and `render` do, or one pipeline does not find
            the files of another that starts it.
    """
    names = pipeline_names(project, settings, selection)
    results = _results(project, settings, exporter, selection, names)
    compiled = [one for one in results.values() if isinstance(one, Compiled)]
    others = _other_pipelines(project, settings, exporter, selection, compiled)
    errors = {name: one for name, one in results.items() if isinstance(one, ShipwayError)}
    errors |= {one.plan.subject: e for one in compiled if (e := others.error(one.plan))}
    if errors:
        # After all pipelines, so that one call tells all that is wrong.
        raise merge(errors, len(names), settings.jobs) from next(iter(errors.values()))
    shared = shared_places(project, [one.plan for one in compiled])
    for one in compiled:
        also = [shared[one.plan.subject]] if one.plan.subject in shared else []
        notes = (*one.plan.notes, *others.notes(one.plan), *also)
        yield replace(one, plan=replace(one.plan, notes=notes))


def _other_pipelines(
    project: Project,
    settings: Settings,
    exporter: Exporter,
    selection: Selection,
    compiled: Sequence[Compiled],
) -> OtherPipelines:
    whole = replace(selection, cut=WHOLE, group_by=None)
    section = settings.target(exporter.name)
    knows_datasets = capabilities_of(exporter, section)["schedule.datasets"].level != "unsupported"
    return OtherPipelines(
        project,
        exporter,
        exported=[one.plan for one in compiled],
        starts=schedules(project, settings) if knows_datasets else {},
        writers=partial(_writers, project, settings),
        plan_of=lambda name: plan_one(project, settings, name, whole, exporter),
    )


def _writers(project: Project, settings: Settings, dataset: str) -> list[str]:
    """Return the pipelines and the jobs that make a dataset, whatever part of it a job chooses."""
    by_name = {name: settings.registered(name) for name in settings.jobs}
    by_name = {**{name: name for name in project.pipeline_by_name}, **by_name}
    pipelines = project.pipeline_by_name
    return [
        n for n, of in by_name.items() if of in pipelines and dataset in pipelines[of].producers
    ]


def plan_all(
    project: Project, settings: Settings, selection: Selection, exporter: Exporter | None
) -> tuple[Plan, ...]:
    """Plan each selected pipeline.

    Raises:
        ShipwayError: as `plan_one` does.
    """
    names = pipeline_names(project, settings, selection)
    results = {name: _plan(project, settings, exporter, selection, name) for name in names}
    errors = {name: item for name, item in results.items() if isinstance(item, ShipwayError)}
    if errors:
        raise merge(errors, len(names), settings.jobs) from next(iter(errors.values()))
    return tuple(item for item in results.values() if isinstance(item, Plan))


def _results(
    project: Project,
    settings: Settings,
    exporter: Exporter,
    selection: Selection,
    names: Sequence[str],
) -> dict[str, Compiled | ShipwayError]:
    """Return what becomes of each name; of jobs that share an artifact, of all once."""
    plan_of = cache(lambda name: _plan(project, settings, exporter, selection, name))
    joined = JoinedJobs(
        settings,
        exporter,
        selection.cut == WHOLE and not project.overrides,
        plan_of=plan_of,
        name_of=lambda name: name_of_jobs(project, settings, name, exporter.pipeline_names),
    )
    results: dict[str, Compiled | ShipwayError] = {}
    for name in names:
        plan = joined.of(plan_of(name))
        if isinstance(plan, ShipwayError):
            results[name] = plan
        elif plan.subject not in results:
            results[plan.subject] = _compile(project, settings, exporter, selection, plan)
    return results


def _compile(
    project: Project, settings: Settings, exporter: Exporter, selection: Selection, plan: Plan
) -> Compiled | ShipwayError:
    # Of jobs that share an artifact, an export of each makes it again.
    job = plan.jobs[0].job if plan.jobs else plan.job
    how = options_of(project, plan.pipeline, selection, job)
    try:
        plan = replace(plan, how=tuple(how))
        losses = _losses(plan, exporter, selection)
        renderings = exporter.lower(plan)
        files = _files(plan, exporter, renderings, selection, losses)
    except ShipwayError as error:
        return _with_lines(error, settings)
    notes = (note for rendering in renderings for note in rendering.notes)
    return Compiled(plan=replace(plan, notes=(*plan.notes, *notes)), files=files, losses=losses)


def _losses(plan: Plan, exporter: Exporter, selection: Selection) -> tuple[Requirement, ...]:
    accepted = accepted_losses(plan, selection)
    checked = [support.check(one, exporter, accepted) for one in (plan, *plan.jobs)]
    return tuple(dict.fromkeys(loss for losses in checked for loss in losses))


def _plan(
    project: Project, settings: Settings, exporter: Exporter | None, selection: Selection, name: str
) -> Plan | ShipwayError:
    """Return a plan, or all that is wrong where there is none."""
    errors = mistakes_in_settings(project, settings, name, selection, exporter)
    if not errors:
        try:
            return plan_one(project, settings, name, selection, exporter)
        except InternalError as error:
            return error
        except ShipwayError as error:
            errors = [error, *refusals(project, settings, name, selection, exporter)]
    return _with_lines(joined(errors), settings)


def _with_lines(error: ShipwayError, settings: Settings) -> ShipwayError:
    error.findings = with_lines(error.findings, settings.source)
    return error


def plan_one(
    project: Project,
    settings: Settings,
    name: str,
    selection: Selection,
    exporter: Exporter | None,
) -> Plan:
    """Plan one pipeline or job, with the names of a target or, without one, with Kedro's own."""
    common: Mapping[str, Any] = {"cut": selection.cut, "group_by": selection.group_by}
    if exporter is None:
        return build(project, name, settings, PlanOptions(**common))
    section = settings.target(exporter.name)
    limits = capabilities_of(exporter, section)["concurrency.tasks"]
    options = PlanOptions(
        **common,
        task_names=exporter.task_names,
        pipeline_names=exporter.pipeline_names,
        options=section,
        unfit=exporter.unfit if isinstance(exporter, LimitsParameters) else None,
        limits_tasks=limits.level != "unsupported",
        one_task=isinstance(exporter, RunsOneTask),
        shows_datasets=isinstance(exporter, ShowsDatasets),
    )
    plan = build(project, name, settings, options)
    plan = by_place(plan, partial(support.expressible, exporter, section))
    return replace(plan, notes=(*plan.notes, *notes_of_target(project, plan, exporter)))


def _files(
    plan: Plan,
    exporter: Exporter,
    renderings: Sequence[Rendering],
    selection: Selection,
    losses: tuple[Requirement, ...],
) -> tuple[File, ...]:
    left_out = sorted({escaped(setting.path) for setting in losses})
    texts = {
        rendering.path: render(
            rendering.template, {**rendering.context, "waived": left_out}, selection.templates
        )
        for rendering in renderings
    }
    check_rendered(
        plan,
        exporter,
        texts,
        losses={setting.capability for setting in losses},
        has_own_templates=selection.templates is not None,
    )
    # After the check, which reads what the target reads; a mark is a comment to it.
    whose = {path: with_mark(text, identity(plan)) for path, text in texts.items()}
    return tuple(File(path=path, text=seal(text, plan.digests)) for path, text in whose.items())


def is_unlike(pipeline: Compiled, exporter: Exporter, old_texts: Mapping[str, str]) -> bool:
    """Tell whether the files on disk run not one node of the pipeline.

    Args:
        old_texts: those on disk by path; for one that is missing, the new one stands.
    """
    texts = {file.path: file.text for file in pipeline.files} | dict(old_texts)
    return run_other_nodes(pipeline.plan, exporter, texts)


def check_distinct(pipelines: Sequence[Compiled]) -> tuple[File, ...]:
    """Return all files, after checking that no two share a path.

    Raises:
        OutputError: two do, also where case does not count.
    """
    owners: dict[str, str] = {}
    files = [(item.plan.subject, file) for item in pipelines for file in item.files]
    for pipeline, file in files:
        # On macOS and Windows, names that differ in case alone are one file.
        owner = owners.setdefault(file.path.casefold(), pipeline)
        if owner != pipeline:
            raise OutputError(
                Finding(
                    what=f"The pipelines `{owner}` and `{pipeline}` would both be `{file.path}`.",
                    where=file.path,
                    remedy="Give one of them a `name` in the settings.",
                )
            )
    return tuple(file for _, file in files)
