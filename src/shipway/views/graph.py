"""What every view shows of a plan: layers, edges with what they carry, and the critical path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, get_args

from shipway.model import Dataset, DatasetKind, Project, bare
from shipway.planner.plan import Plan, Task
from shipway.views.critical_path import CriticalPath, critical_path_of
from shipway.views.layers import layers_of

EdgeKind = Literal["memory", "local", "remote", "other", "mixed", "order"]
"""What an edge carries: datasets of one kind, of several, or nothing, so that it is only a wait."""
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)
Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a comparison colours.

    A task that was removed is coloured where the plan of the view holds it.

    Args:
        tasks: by name.
        edges: by the names of the earlier and the later task.
    """

    tasks: Mapping[str, Change] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], Change] = field(default_factory=dict)


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
        datasets: those that its nodes use, by name without transcoding.
    """

    plan: Plan
    layers: tuple[tuple[Task, ...], ...]
    edges: tuple[Edge, ...]
    critical_path: CriticalPath
    datasets: Mapping[str, Dataset]
    changes: Changes = field(default_factory=Changes)

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return sum(len(task.nodes) for task in self.plan.tasks)

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
    return View(
        plan=plan,
        layers=layers_of(plan.tasks),
        edges=tuple(_edges(plan)),
        critical_path=critical_path_of(plan.tasks),
        datasets=_datasets(plan, project),
        changes=changes or Changes(),
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
