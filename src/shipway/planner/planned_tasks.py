"""The tasks of a plan: a name, the tasks to wait for and the settings of each group of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipway.model import Node, Project
from shipway.planner.homes import Homes
from shipway.planner.label import Group, Groups
from shipway.planner.naming import NameRules, assign
from shipway.planner.order import Order
from shipway.planner.plan import Task
from shipway.planner.run_parameters import with_parameters
from shipway.planner.settle import settle
from shipway.planner.start import Start
from shipway.settings.settings import Layer
from shipway.settings.values import PipelineSettings


@dataclass(frozen=True, kw_only=True)
class PlannedTasks:
    """The tasks in topological order.

    Args:
        cleanup: the name that a task has which empties the store, where the settings ask for one.
    """

    tasks: tuple[Task, ...]
    cleanup: str | None


def tasks_of(
    project: Project, begin: Start, order: Order, groups: Groups, rules: NameRules
) -> PlannedTasks:
    """Return a task for each group.

    Args:
        rules: how the target calls tasks.

    Raises:
        PlanError: settings of nodes that share a task cannot both hold.
    """
    # Named with the tasks, since it is one of them on the target.
    cleanup = _cleanup(groups, begin.settings)
    labels = [group.label for group in groups.groups] + ([cleanup] if cleanup else [])
    names = assign(labels, rules)
    homes = Homes(project, begin.pipeline)
    tasks = [
        _task(group, names[group.label], needs, homes, begin.layers)
        for group, needs in _with_needs(order, groups, names)
    ]
    return PlannedTasks(
        tasks=tuple(with_parameters(tasks, project, begin.parameters.settable)),
        cleanup=names[cleanup] if cleanup else None,
    )


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


def _cleanup(groups: Groups, settings: PipelineSettings) -> str | None:
    """Return the label of a task that empties the store, unlike that of any other."""
    if settings.memory != "store" or settings.keep_store:
        return None
    labels = {group.label for group in groups.groups}
    label = "clean up store"
    while label in labels:
        label += " again"
    return label
