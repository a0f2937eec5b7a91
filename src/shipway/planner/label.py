"""What a group is called, and why its nodes share a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shipway.model import Node, Pipeline
from shipway.planner.fuse import Need, reasons_of
from shipway.planner.graph import UnionFind
from shipway.planner.unit import Units
from shipway.planner.untangle import Partition


@dataclass(frozen=True)
class Group:
    """Nodes that share a task.

    Args:
        label: the node, or what the nodes have in common.
        reason: why they share it, or `None` for a single node.
    """

    nodes: tuple[Node, ...]
    label: str
    reason: str | None = None


@dataclass(frozen=True)
class Groups:
    """The groups in topological order, and what to tell of them."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ties:
    """What ties nodes together.

    Args:
        needs: what must share a process.
        named: groups that the settings name.
        labels: the group that each other node is asked into; nodes apart are left out.
        group_by: the grouping asked for.
    """

    needs: Sequence[Need]
    named: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    group_by: str

    def labels_of(self, nodes: Iterable[str]) -> set[str]:
        """Return the labels of the groups that some nodes are asked into."""
        return {self.labels[node] for node in nodes if node in self.labels}


def describe(pipeline: Pipeline, parts: Partition, atoms: Partition, ties: Ties) -> Groups:
    """Return the parts as groups.

    Args:
        parts: positions of the pipeline's nodes.
        atoms: what of each part could not be taken apart.
    """
    work = _Describe(pipeline, parts, atoms, ties)
    return Groups(_distinct([work.group(part) for part in parts]), work.notes())


def _distinct(groups: Sequence[Group]) -> tuple[Group, ...]:
    """A group may be called as one of the nodes is: a node keeps its name."""
    labels = {group.label for group in groups if group.reason is None}
    result = []
    for group in groups:
        label = group.label
        while group.reason is not None and label in labels:
            # Until it differs: a node may be called `x__nodes` as well.
            label += "__nodes"
        labels.add(label)
        result.append(replace(group, label=label))
    return tuple(result)


class _Describe:
    def __init__(self, pipeline: Pipeline, parts: Partition, atoms: Partition, ties: Ties) -> None:
        self.nodes, self.ties, self.parts = pipeline.nodes, ties, parts
        self.units = Units(pipeline)
        self.atom_of = {rank: i for i, atom in enumerate(atoms) for rank in atom}
        self.owner = {node: group for group, members in ties.named.items() for node in members}
        self.fusions = UnionFind(len(self.nodes))
        self.needs: dict[int, list[Need]] = {}
        rank_of = {node.name: rank for rank, node in enumerate(self.nodes)}
        for need in ties.needs:
            ranks = [rank_of[name] for name in need.nodes]
            self.fusions.union(ranks)
            self.needs.setdefault(ranks[0], []).append(need)
        self.pieces = Counter(label for part in parts if (label := self._wish(part)))
        self.uses: Counter[str] = Counter()

    def group(self, part: list[int]) -> Group:
        nodes = tuple(self.nodes[rank] for rank in part)
        if len(nodes) == 1 and nodes[0].name not in self.owner:
            return Group(nodes, nodes[0].name)
        return Group(nodes, self._label(part), self._reason(part))

    def notes(self) -> tuple[str, ...]:
        return (*self._splits(), *self._between_groups())

    def _splits(self) -> Iterator[str]:
        for label, count in sorted(self.pieces.items()):
            if count > 1:
                yield f"`{label}` is split into {count} tasks: as one it would wait for itself."

    def _between_groups(self) -> Iterator[str]:
        """What must share a task and is asked into several groups is in none of them."""
        for part in self.parts:
            labels = sorted(self.ties.labels_of(self.nodes[rank].name for rank in part))
            if len(labels) > 1:
                groups = ", ".join(f"`{label}`" for label in labels)
                name = self._label(part)
                yield f"`{name}` is in none of the groups {groups}, but holds nodes of each."

    def _wish(self, part: list[int]) -> str | None:
        labels = self.ties.labels_of(self.nodes[rank].name for rank in part)
        return labels.pop() if len(labels) == 1 else None

    def _label(self, part: list[int]) -> str:
        first = self.nodes[part[0]].name
        if first in self.owner:
            return self.owner[first]
        label = self._wish(part)
        if label is None:
            return self.units.name([self.nodes[rank] for rank in part])
        if self.pieces[label] == 1:
            return label
        self.uses[label] += 1
        return f"{label}__part_{self.uses[label]}"

    def _reason(self, part: list[int]) -> str:
        whys = reasons_of(need for rank in part for need in self.needs.get(rank, ()))
        first = self.nodes[part[0]].name
        atoms = {self.atom_of[rank] for rank in part}
        if first in self.owner:
            return "; ".join([f"the settings name the group `{self.owner[first]}`", *whys])
        if self._wish(part) or len(atoms) > 1:
            # First what was asked for, then what could not be otherwise.
            whys.insert(0, f"grouped by {self.ties.group_by}")
        # More sets than atoms: some were joined by no need of theirs, but to break a cycle.
        if len({self.fusions.find(rank) for rank in part}) > len(atoms):
            whys.append("they would wait for each other otherwise")
        return "; ".join(whys)
