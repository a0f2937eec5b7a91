"""What every view shows of a plan: layers, edges with what they carry, and the critical path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, get_args

from shipway.model import Dataset, DatasetKind, Project, bare
from shipway.planner.plan import Plan, Task
from shipway.views.changes import Changes
from shipway.views.critical_path import CriticalPath, critical_path_of
from shipway.views.layers import layers_of

EdgeKind = Literal["memory", "local", "remote", "other", "mixed", "order"]
"""What an edge carries: datasets of one kind, of several, or nothing, so that it is only a wait."""
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One task waits for another.

    Args:
        datasets: those that the first writes and the second reads, sorted.
    """

    source: str
    target: str
    kind: EdgeKind
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View:
    """A plan as it is looked at.

    Args:
        layers: of all tasks that are shown, also those that a comparison has found to be gone.
        datasets: those that its nodes use, by name without transcoding.
        is_compared: whether it was compared with an older plan, also where nothing has changed.
    """

    plan: Plan
    layers: tuple[tuple[Task, ...], ...]
    edges: tuple[Edge, ...]
    critical_path: CriticalPath
    datasets: Mapping[str, Dataset]
    changes: Changes = field(default_factory=Changes)
    is_compared: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is shown: the plan's tasks, then those that there are no more."""
        return (*self.plan.tasks, *self.changes.removed)

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return sum(len(task.nodes) for task in self.plan.tasks)

    @property
    def depth(self) -> int:
        """The number of layers of the plan."""
        now = self.plan.task_by_name
        return sum(any(task.name in now for task in layer) for layer in self.layers)

    @cached_property
    def critical_edges(self) -> frozenset[tuple[str, str]]:
        """The edges of the critical path, as pairs of names."""
        names = self.critical_path.tasks
        return frozenset(pairwise(names))


def view_of(plan: Plan, project: Project, changes: Changes | None = None) -> View:
    """Return a plan as views show it.

    Args:
        project: the one that was planned; it knows the datasets.
        changes: what to colour; nothing by default.
    """
    is_compared, changes = changes is not None, changes or Changes()
    edges = {(edge.source, edge.target): edge for edge in _edges(plan)}
    for source, target in changes.edges.keys() - edges.keys():
        edges[source, target] = Edge(source=source, target=target, kind="order")
    rank = {task.name: i for i, task in enumerate((*plan.tasks, *changes.removed))}
    return View(
        plan=plan,
        layers=layers_of((*plan.tasks, *changes.removed)),
        edges=tuple(sorted(edges.values(), key=lambda e: (rank[e.target], rank[e.source]))),
        critical_path=critical_path_of(plan.tasks),
        datasets=_datasets(plan, project),
        changes=changes,
        is_compared=is_compared,
    )


def _edges(plan: Plan) -> Iterator[Edge]:
    carried: dict[tuple[str, str], dict[str, DatasetKind]] = {}
    for handoff in plan.handoffs:
        for reader in handoff.readers:
            carried.setdefault((handoff.writer, reader), {})[handoff.dataset] = handoff.kind
    for task in plan.tasks:
        for need in task.needs:
            kinds = carried.get((need, task.name), {})
            datasets = tuple(sorted(kinds))
            kind = _kind(set(kinds.values()))
            yield Edge(source=need, target=task.name, kind=kind, datasets=datasets)


def _kind(kinds: set[DatasetKind]) -> EdgeKind:
    if not kinds:
        return "order"
    return next(iter(kinds)) if len(kinds) == 1 else "mixed"


def _datasets(plan: Plan, project: Project) -> dict[str, Dataset]:
    """Of a transcoded dataset, the name under which it is written goes first."""
    datasets: dict[str, Dataset] = {}
    nodes = [node for task in plan.tasks for node in task.nodes]
    for name in (n for node in nodes for n in node.outputs):
        datasets.setdefault(bare(name), project.dataset(name))
    for name in (n for node in nodes for n in node.datasets_in):
        datasets.setdefault(bare(name), project.dataset(name))
    return datasets
