"""What can be told where there is no plan, so that one mistake does not hide another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from shipway.compiler.request import Selection
from shipway.errors import ShipwayError
from shipway.mistakes import Mistakes
from shipway.model import Project
from shipway.planner.job_types import check_types
from shipway.planner.jobs import part_of, project_of
from shipway.planner.places import by_place
from shipway.planner.plan import Plan, Task
from shipway.planner.settle import settle
from shipway.planner.start import start
from shipway.settings.settings import Settings
from shipway.targets import support
from shipway.targets.exporter import Exporter
from shipway.targets.waivers import waivers


def mistakes_in_settings(
    project: Project, settings: Settings, name: str, selection: Selection, exporter: Exporter | None
) -> list[ShipwayError]:
    """Return what is wrong with the document, and what else is wrong whatever it should say.

    Returns:
        No errors where nothing is wrong with the document; the plan has then more to tell.
    """
    mistakes = Mistakes()
    with mistakes:
        settings.check()
    if not mistakes.errors:
        return []
    with mistakes:
        check_types(project, settings, name)
    with mistakes:
        start(project_of(project, settings, name), name, settings, selection.cut)
    if not _is_place_in_doubt(settings):
        mistakes.errors += refusals(project, settings, name, selection, exporter)
    return mistakes.errors


def _is_place_in_doubt(settings: Settings) -> bool:
    """What a target can express depends on its options, and on where a task runs."""
    wheres = [finding.where or "" for finding in settings.mistakes]
    return any(": targets" in where or where.endswith("run_on") for where in wheres)


def accepted_losses(plan: Plan, selection: Selection) -> tuple[str, ...]:
    """Return the settings that may be lost, by the command line or by the target's section."""
    return (*selection.lossy, *waivers(plan.options))


def refusals(
    project: Project, settings: Settings, name: str, selection: Selection, exporter: Exporter | None
) -> list[ShipwayError]:
    """Return what the target cannot express, of the settings of a pipeline that has no plan."""
    if exporter is None:
        return []
    try:
        outline = _outline(project, settings, name, selection, exporter)
    except ShipwayError:
        return []  # That is told already, or will be with the tasks.
    mistakes = Mistakes()
    with mistakes:
        support.check_settings(outline, exporter, accepted_losses(outline, selection))
    return mistakes.errors


def _outline(
    project: Project, settings: Settings, name: str, selection: Selection, exporter: Exporter
) -> Plan:
    """Return a plan in which each node is a task of its own, and waits for none."""
    pipeline = part_of(project, settings, name, selection.cut)
    of_pipeline = settings.pipeline(name)
    tasks = tuple(
        Task(
            name=node.name,
            label=node.name,
            nodes=(node,),
            pipeline=of_pipeline.pipeline,
            settings=settle([(node, settings.node(name, node))], ""),
        )
        for node in pipeline.nodes
    )
    options = settings.target(exporter.name)
    plan = Plan(
        project=project.name,
        kedro=project.kedro,
        pipeline=of_pipeline.pipeline,
        job=of_pipeline.job,
        name=name,
        tasks=tasks,
        run=of_pipeline.of_run(),
        options=dict(options),
    )
    return replace(by_place(plan, partial(support.expressible, exporter, options)), notes=())
