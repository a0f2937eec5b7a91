"""All passes in order: from a project and its settings to a verified plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shipway.errors import ShipwayError
from shipway.mistakes import Mistakes
from shipway.model import Dataset, Project
from shipway.planner.carry import check_carried, check_latest, check_order
from shipway.planner.handoffs import announcements, handoffs_of
from shipway.planner.idle_settings import idle_notes
from shipway.planner.job_types import check_types
from shipway.planner.jobs import project_of
from shipway.planner.label import Groups
from shipway.planner.local_files import files_of, inputs_of, place_notes
from shipway.planner.notes_of_names import name_notes
from shipway.planner.notes_of_tasks import fusion_notes
from shipway.planner.order import Order, order_of
from shipway.planner.partition import partition
from shipway.planner.pipeline_names import pipeline_name
from shipway.planner.plan import Handoff, Plan, Task
from shipway.planner.plan_options import PlanOptions
from shipway.planner.planned_tasks import PlannedTasks, tasks_of
from shipway.planner.shared_memory import memory_notes
from shipway.planner.start import Start, start
from shipway.planner.verify import verify
from shipway.planner.versions import Versions, check_versions, versions_of
from shipway.settings.settings import Settings
from shipway.settings.values import PipelineSettings, RunSettings
from shipway.tasks.signature import digest, signatures


@dataclass(frozen=True, kw_only=True)
class _Passes:
    """What the passes before the last have settled."""

    begin: Start
    run: RunSettings
    order: Order
    groups: Groups
    planned: PlannedTasks
    handoffs: tuple[Handoff, ...]
    versions: Versions


def build(project: Project, name: str, settings: Settings, options: PlanOptions) -> Plan:
    """Plan a registered pipeline, or a job, by its name.

    Raises:
        UsageError: there is no such pipeline or tag.
        SettingsError: the settings name what does not exist.
        PlanError: no plan computes what `kedro run` computes.
    """
    mistakes = Mistakes()
    with mistakes:
        check_types(project, settings, name)
    project = project_of(project, settings, name)
    try:
        begin = start(_fitting(project, options), name, settings, options.cut)
    except ShipwayError as error:
        raise mistakes.and_last(error) from error
    mistakes.raise_all()
    passes = _passes(project, begin, options)
    _check(passes)
    plan = _plan(project, settings, options, passes, name)
    # Each plan is verified, not only those of tests: a wrong artifact is worse than none.
    verify(plan, project, passes.begin.pipeline)
    return plan


def _passes(project: Project, begin: Start, options: PlanOptions) -> _Passes:
    pipeline, run = begin.pipeline, _run(begin.settings, options)
    settings = replace(begin.settings, groups={}) if options.one_task else begin.settings
    order = order_of(project, pipeline, run.one_at_a_time)
    check_versions(project, pipeline, order.places)
    groups = partition(project, pipeline, settings, run.group_by, begin.layers, order)
    planned = tasks_of(project, begin, order, groups, options.task_names)
    return _Passes(
        begin=begin,
        run=run,
        order=order,
        groups=groups,
        planned=planned,
        handoffs=tuple(handoffs_of(project, pipeline, planned.tasks)),
        versions=versions_of(project, pipeline, order.places, planned.tasks),
    )


def _run(settings: PipelineSettings, options: PlanOptions) -> RunSettings:
    # Only then can no two tasks meet at a database, so that no waits are needed between them.
    alone = options.limits_tasks and settings.runs == settings.parallel_tasks == 1
    group_by = "pipeline" if options.one_task else options.group_by or settings.group_by
    return settings.of_run(group_by=group_by, one_at_a_time=alone)


def _check(passes: _Passes) -> None:
    settings, tasks = passes.begin.settings, passes.planned.tasks
    check_carried(passes.handoffs, settings)
    check_order(tasks, passes.order.waits, settings)
    check_latest(passes.versions, tasks, settings)


def _plan(
    project: Project, settings: Settings, options: PlanOptions, passes: _Passes, name: str
) -> Plan:
    begin, order, tasks = passes.begin, passes.order, passes.planned.tasks
    # What is handed over is known only now, and without it there is nothing to empty.
    has_store = any(handoff.kind == "memory" for handoff in passes.handoffs)
    full_name = pipeline_name(project, settings, name, options)
    return Plan(
        project=project.name,
        kedro=project.kedro,
        env=project.env,
        conf_source=project.conf_source,
        pipeline=begin.settings.pipeline,
        job=begin.settings.job,
        name=full_name,
        selected=options.cut.words(),
        tasks=tasks,
        handoffs=passes.handoffs,
        parameters=begin.parameters.settable,
        constants=begin.parameters.constants,
        run=passes.run,
        homes=_home_digests(project, tasks, begin.settings),
        cleanup=passes.planned.cleanup if has_store else None,
        files=tuple(files_of(project, begin.pipeline, order, tasks)),
        local_inputs=tuple(inputs_of(project, begin.pipeline, tasks)),
        order=tuple((wait.earlier, wait.later) for wait in order.waits),
        before_run=passes.versions.before_run,
        under_other_names=passes.versions.own,
        announced=announcements(project, settings, tasks),
        options=dict(options.options),
        notes=(
            *name_notes(begin.settings, full_name, options.cut),
            *_notes(project, passes),
            *_one_task_notes(begin.settings, options),
        ),
        title=project.title,
        settable=begin.settings.parameters,
        catalog=tuple(_catalog(project, tasks)) if options.shows_datasets else (),
    )


def _catalog(project: Project, tasks: Sequence[Task]) -> Iterator[Dataset]:
    """Yield the entries of what outlives the process that writes it, by name."""
    nodes = [node for task in tasks for node in task.nodes]
    for name in sorted({name for node in nodes for name in (*node.datasets_in, *node.outputs)}):
        if (dataset := project.dataset(name)).kind != "memory":
            yield dataset


def _notes(project: Project, passes: _Passes) -> Iterator[str]:
    begin, tasks = passes.begin, passes.planned.tasks
    yield from fusion_notes(tasks)
    yield from passes.groups.notes
    yield from place_notes(project, begin.pipeline, passes.order, tasks)
    yield from begin.parameters.notes
    yield from idle_notes(tasks)
    yield from memory_notes(passes.groups.groups, begin.layers)


def _one_task_notes(settings: PipelineSettings, options: PlanOptions) -> Iterator[str]:
    """Yield the groupings that a target of one task does not follow."""
    if not options.one_task:
        return
    if settings.groups:
        yield f"All nodes share one task here, whatever {settings.place('groups')} names."
    if options.group_by not in (None, "pipeline"):
        yield f"All nodes share one task here, whatever `--group-by {options.group_by}` asks for."
    elif settings.group_by not in ("none", "pipeline"):
        yield f"All nodes share one task here, whatever {settings.place('group_by')} asks for."


def _fitting(project: Project, options: PlanOptions) -> Project:
    """Hide the parameters that a run of the target cannot be given."""
    if options.unfit is None:
        return project
    reasons = ((leaf, leaf.hidden or options.unfit(leaf)) for leaf in project.parameters)
    leaves = (replace(leaf, value=None, hidden=why) if why else leaf for leaf, why in reasons)
    return replace(project, parameters=tuple(leaves))


def _home_digests(
    project: Project, tasks: Sequence[Task], settings: PipelineSettings
) -> dict[str, str]:
    """Plain `kedro run` compares nothing."""
    if settings.run_with == "kedro":
        return {}
    homes = sorted({task.pipeline for task in tasks})
    return {name: digest(signatures(project.pipeline_by_name[name].nodes)) for name in homes}
