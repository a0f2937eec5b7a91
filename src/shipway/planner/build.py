"""All passes in order: from a project and its settings to a verified plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shipway.errors import Finding, PlanError
from shipway.model import Node, Parameter, Pipeline, Project, bare
from shipway.planner.carry import check_carried, check_latest, check_order
from shipway.planner.cut import WHOLE, Cut
from shipway.planner.homes import Homes
from shipway.planner.idle_settings import idle_notes
from shipway.planner.label import Group, Groups
from shipway.planner.local_files import files_of, inputs_of, place_notes
from shipway.planner.naming import NameRules, assign, hashed_part, plain_part
from shipway.planner.notes_of_names import name_notes
from shipway.planner.order import Order, order_of
from shipway.planner.partition import partition
from shipway.planner.plan import Handoff, Plan, Task
from shipway.planner.run_parameters import with_parameters
from shipway.planner.settle import settle
from shipway.planner.shared_memory import memory_notes
from shipway.planner.start import start
from shipway.planner.verify import verify
from shipway.planner.versions import check_versions, versions_of
from shipway.settings.check import schedules
from shipway.settings.settings import Layer, Settings
from shipway.settings.values import PipelineSettings
from shipway.tasks.signature import digest, signatures

KEDRO_NAMES = NameRules(allowed=r"[^\n]", first=".", longest=10_000)
"""The rules of no target: Kedro's own names, as they are."""


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """What a plan is made for.

    Args:
        cut: the part of the pipeline that is asked for.
        group_by: overrides the settings.
        task_names: the target's rules for tasks.
        pipeline_names: the target's rules for pipelines.
        options: the target's section of the settings.
        unfit: why a run of the target cannot be given a parameter, where it can be given others.
        limits_tasks: whether the target carries out `concurrency.tasks`.
    """

    cut: Cut = WHOLE
    group_by: str | None = None
    task_names: NameRules = KEDRO_NAMES
    pipeline_names: NameRules = KEDRO_NAMES
    options: Mapping[str, Any] = field(default_factory=dict)
    unfit: Callable[[Parameter], str | None] | None = None
    limits_tasks: bool = True


def build(project: Project, name: str, settings: Settings, options: PlanOptions) -> Plan:
    """Plan the pipeline `name`.

    Raises:
        UsageError: there is no such pipeline or tag.
        SettingsError: the settings name what does not exist.
        PlanError: no plan computes what `kedro run` computes.
    """
    begin = start(_fitting(project, options), name, settings, options.cut)
    pipeline, pipeline_settings, layers = begin.pipeline, begin.settings, begin.layers
    parameters, group_by = begin.parameters, options.group_by or begin.settings.group_by
    # Only then can no two tasks meet at a database, so that no waits are needed between them.
    alone = options.limits_tasks and pipeline_settings.runs == pipeline_settings.parallel_tasks == 1
    run = pipeline_settings.of_run(group_by=group_by, one_at_a_time=alone)
    order = order_of(project, pipeline, run.one_at_a_time)
    check_versions(project, pipeline, order.places)
    groups = partition(project, pipeline, pipeline_settings, group_by, layers, order)
    # Named with the tasks, since it is one of them on the target.
    cleanup = _cleanup(groups, pipeline_settings)
    labels = [group.label for group in groups.groups] + ([cleanup] if cleanup else [])
    names = assign(labels, options.task_names)
    homes = Homes(project, pipeline)
    tasks = with_parameters(
        [
            _task(group, names[group.label], needs, homes, layers)
            for group, needs in _with_needs(order, groups, names)
        ],
        project,
        parameters.settable,
    )
    handoffs = tuple(_handoffs(project, pipeline, tasks))
    versions = versions_of(project, pipeline, order.places, tasks)
    check_carried(handoffs, pipeline_settings)
    check_order(tasks, order.waits, pipeline_settings)
    check_latest(versions, tasks, pipeline_settings)
    plan_name = _name(project, settings, name, options)
    has_store = any(handoff.kind == "memory" for handoff in handoffs)
    plan = Plan(
        project=project.name,
        kedro=project.kedro,
        env=project.env,
        conf_source=project.conf_source,
        pipeline=name,
        name=plan_name,
        selected=options.cut.words(),
        tasks=tasks,
        handoffs=handoffs,
        parameters=parameters.settable,
        constants=parameters.constants,
        run=run,
        homes=_home_digests(project, tasks, pipeline_settings),
        # What is handed over is known only now, and without it there is nothing to empty.
        cleanup=names[cleanup] if cleanup and has_store else None,
        files=tuple(files_of(project, pipeline, order, tasks)),
        local_inputs=tuple(inputs_of(project, pipeline, tasks)),
        order=tuple((wait.earlier, wait.later) for wait in order.waits),
        before_run=versions.before_run,
        under_other_names=versions.own,
        announced=_announcements(project, settings, tasks),
        options=dict(options.options),
        notes=(
            *name_notes(pipeline_settings, plan_name, options.cut),
            *fusion_notes(tasks),
            *groups.notes,
            *place_notes(project, pipeline, order, tasks),
            *parameters.notes,
            *idle_notes(tasks),
            *memory_notes(groups.groups, layers),
        ),
        title=project.title,
    )
    # Each plan is verified, not only those of tests: a wrong artifact is worse than none.
    verify(plan, project, pipeline)
    return plan


def _task(
    group: Group, name: str, needs: tuple[str, ...], homes: Homes, layers: Mapping[str, Layer]
) -> Task:
    return Task(
        name=name,
        label=group.label,
        nodes=group.nodes,
        pipeline=homes.of(group.nodes),
        needs=needs,
        namespace=_common_namespace(group.nodes),
        reason=group.reason,
        settings=settle([(n, layers[n.name]) for n in group.nodes], group.reason or ""),
    )


def _fitting(project: Project, options: PlanOptions) -> Project:
    """Hide the parameters that a run of the target cannot be given."""
    if options.unfit is None:
        return project
    reasons = ((leaf, leaf.hidden or options.unfit(leaf)) for leaf in project.parameters)
    leaves = (replace(leaf, value=None, hidden=why) if why else leaf for leaf, why in reasons)
    return replace(project, parameters=tuple(leaves))


def _with_needs(
    order: Order, groups: Groups, names: Mapping[str, str]
) -> Iterator[tuple[Group, tuple[str, ...]]]:
    group_of = {node.name: i for i, group in enumerate(groups.groups) for node in group.nodes}
    for index, group in enumerate(groups.groups):
        parents = {group_of[p] for node in group.nodes for p in order.parents[node.name]}
        yield group, tuple(names[groups.groups[i].label] for i in sorted(parents - {index}))


def _common_namespace(nodes: Sequence[Node]) -> str | None:
    parts = [(node.namespace or "").split(".") for node in nodes]
    common: list[str] = []
    # Namespaces differ in depth; the common part ends with the shallowest.
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return ".".join(common) or None


def _handoffs(project: Project, pipeline: Pipeline, tasks: Sequence[Task]) -> Iterator[Handoff]:
    task_of = {node.name: task.name for task in tasks for node in task.nodes}
    rank = {task.name: i for i, task in enumerate(tasks)}
    for node in pipeline.nodes:
        for output in node.outputs:
            readers = {task_of[n] for n in pipeline.consumers.get(bare(output), ())}
            outside = sorted(readers - {task_of[node.name]}, key=rank.__getitem__)
            if outside:
                full_names = (output, *pipeline.read_as[bare(output)])
                yield Handoff(
                    dataset=bare(output),
                    kind=project.dataset(output).kind,
                    versioned=any(project.dataset(name).versioned for name in full_names),
                    writer=task_of[node.name],
                    readers=tuple(outside),
                )


def _cleanup(groups: Groups, settings: PipelineSettings) -> str | None:
    """Return the label of a task that empties the store, unlike that of any other."""
    if settings.memory != "store" or settings.keep_store:
        return None
    labels = {group.label for group in groups.groups}
    label = "clean up store"
    while label in labels:
        label += " again"
    return label


def _home_digests(
    project: Project, tasks: Sequence[Task], settings: PipelineSettings
) -> dict[str, str]:
    """Plain `kedro run` compares nothing."""
    if settings.run_with == "kedro":
        return {}
    homes = sorted({task.pipeline for task in tasks})
    return {name: digest(signatures(project.pipeline_by_name[name].nodes)) for name in homes}


def _name(project: Project, settings: Settings, pipeline: str, options: PlanOptions) -> str:
    """Name the pipeline among all that are registered; a part of it is never called as the whole.

    So a name depends on no selection, and an export of a part, or of an environment, replaces
    nothing. A `name` in the settings takes the environment's place.
    """
    # Two blanks become a doubled replacement, which no plain part holds: see `plain_part`.
    rules, raw = options.pipeline_names, _raw_names(project, settings)
    env = f"  {plain_part(project.env, rules)}" if project.env else ""
    envs = {name: "" if settings.pipeline(name).name else env for name in raw}
    full_name = raw[pipeline] + _cut_in_name(options) + envs[pipeline]
    others = (raw[name] + envs[name] for name in raw)
    return assign([*raw.values(), *others, full_name], rules)[full_name]


def _cut_in_name(options: PlanOptions) -> str:
    """Tags of one word stand as they are; of other parts, a hash tells one from another.

    No tag holds a `+` (Kedro, `kedro.pipeline.node.Node.__init__`).
    """
    words, rules = sorted(set(options.cut.words())), options.pipeline_names
    if not words:
        return ""
    if set(words) != set(options.cut.tags):
        return f" selected {hashed_part('+'.join(words))}"
    are_words = all(tag.isalnum() and plain_part(tag, rules) == tag for tag in words)
    return f" tags {'+'.join(words) if are_words else hashed_part('+'.join(words))}"


def _raw_names(project: Project, settings: Settings) -> dict[str, str]:
    raw: dict[str, str] = {}
    for pipeline in project.pipelines:
        default = project.name
        if pipeline.name != "__default__":
            default = f"{project.name}.{pipeline.name}"
        raw[pipeline.name] = settings.pipeline(pipeline.name).name or default
    owners: dict[str, str] = {}
    for pipeline_name, name in raw.items():
        if owners.setdefault(name, pipeline_name) != pipeline_name:
            raise PlanError(
                Finding(
                    what=f"The pipelines `{owners[name]}` and `{pipeline_name}` are both called "
                    f"`{name}`.",
                    where=settings.pipeline(pipeline_name).place("name"),
                    remedy="Give each a `name` of its own.",
                )
            )
    return raw


def _announcements(
    project: Project, settings: Settings, tasks: Sequence[Task]
) -> dict[str, tuple[str, ...]]:
    """The datasets that start other pipelines, by the task that writes them."""
    starters = {name for datasets in schedules(project, settings).values() for name in datasets}
    by_task_name: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        outputs = {bare(output) for node in task.nodes for output in node.outputs}
        if outputs & starters:
            by_task_name[task.name] = tuple(sorted(outputs & starters))
    return by_task_name


def fusion_notes(tasks: Sequence[Task]) -> Iterator[str]:
    """Yield what to note of each task of several nodes."""
    for task in tasks:
        if task.reason and len(task.nodes) > 1:
            yield f"`{task.label}` runs {len(task.nodes)} nodes: {task.reason}."
