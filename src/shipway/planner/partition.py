"""Passes 2 to 4 together: from a pipeline to groups of nodes that leave no cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shipway.errors import Finding, PlanError
from shipway.model import Node, Pipeline, Project
from shipway.planner.fuse import Need, needs
from shipway.planner.graph import Graph, quotient
from shipway.planner.group import asked, named
from shipway.planner.settle import same
from shipway.planner.untangle import Partition, chains, contract, in_order, split
from shipway.settings.settings import Layer, PipelineSettings


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
class Grouped:
    """The groups in topological order, and what to tell of them."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


def partition(
    project: Project,
    pipeline: Pipeline,
    settings: PipelineSettings,
    group_by: str,
    layers: Mapping[str, Layer],
) -> Grouped:
    """Group the nodes of a pipeline.

    Raises:
        PlanError: a group named in the settings cannot stand as it is.
    """
    work = _Work(pipeline)
    fixed = named(pipeline, settings.get("groups", {}), settings.place("groups"))
    required = list(needs(project, pipeline))
    atoms = contract(
        work.graph,
        [work.ranks(need.nodes) for need in required] + [*map(work.ranks, fixed.values())],
    )
    _check_named(work, atoms, fixed, required, settings.place("groups"))
    labels = asked(pipeline, group_by)
    parts = _merge(work, atoms, labels, fixed, group_by, layers)
    return _described(work, parts, required, fixed, labels, group_by)


class _Work:
    """A pipeline as a graph over its nodes' positions."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.nodes = pipeline.nodes
        self.rank = {node.name: i for i, node in enumerate(pipeline.nodes)}
        successors: list[list[int]] = [[] for _ in pipeline.nodes]
        for child, parents in pipeline.parents.items():
            for parent in parents:
                successors[self.rank[parent]].append(self.rank[child])
        self.graph: Graph = successors

    def ranks(self, names: tuple[str, ...]) -> list[int]:
        return [self.rank[name] for name in names]

    def names(self, ranks: list[int]) -> list[str]:
        return [self.nodes[rank].name for rank in ranks]


def _check_named(
    work: _Work,
    atoms: Partition,
    fixed: Mapping[str, tuple[str, ...]],
    required: list[Need],
    place: str,
) -> None:
    atom_of = {rank: i for i, members in enumerate(atoms) for rank in members}
    findings = []
    for group, nodes in fixed.items():
        extra = [n for n in work.names(atoms[atom_of[work.rank[nodes[0]]]]) if n not in nodes]
        if extra:
            need = next(
                (
                    n
                    for n in required
                    if not set(n.nodes).isdisjoint(nodes) and set(n.nodes) - set(nodes)
                ),
                None,
            )
            why = need.why if need else "data goes from the group to them and back into the group"
            findings.append(
                Finding(
                    what=f"The group `{group}` cannot stand as it is: "
                    f"it needs {', '.join(f'`{n}`' for n in extra[:5])} too, since {why}.",
                    where=f"{place}.{group}",
                    remedy="Add those nodes to the group, or take apart what ties them to it.",
                )
            )
    if findings:
        raise PlanError(*findings)


def _merge(
    work: _Work,
    atoms: Partition,
    labels: Mapping[str, str],
    fixed: Mapping[str, tuple[str, ...]],
    group_by: str,
    layers: Mapping[str, Layer],
) -> Partition:
    """Put atoms together as asked; an atom whose nodes are asked apart stands alone."""
    part_of = [0] * len(work.nodes)
    for index, members in enumerate(atoms):
        for rank in members:
            part_of[rank] = index
    graph = quotient(work.graph, part_of, len(atoms))
    closed = {part_of[work.rank[nodes[0]]] for nodes in fixed.values()}
    if group_by == "chain":
        merged = chains(graph, lambda a, b: _may_chain(work, atoms, closed, layers, a, b))
    else:
        wanted = {
            index: found.pop()
            for index, members in enumerate(atoms)
            if index not in closed
            and len(found := {labels.get(name, "") for name in work.names(members)}) == 1
            and found != {""}
        }
        merged = split(graph, wanted)
    parts = [sorted(rank for atom in atom_set for rank in atoms[atom]) for atom_set in merged]
    return in_order(work.graph, parts)


def _may_chain(
    work: _Work,
    atoms: Partition,
    closed: set[int],
    layers: Mapping[str, Layer],
    one: int,
    other: int,
) -> bool:
    """Named groups stay as they are, and a chain never joins nodes whose settings differ."""
    if one in closed or other in closed:
        return False
    members = work.names(atoms[one]) + work.names(atoms[other])
    return all(same(layers[members[0]], layers[name]) for name in members[1:])


def _described(
    work: _Work,
    parts: Partition,
    required: list[Need],
    fixed: Mapping[str, tuple[str, ...]],
    labels: Mapping[str, str],
    group_by: str,
) -> Grouped:
    describe = _Describe(work, parts, required, fixed, labels, group_by)
    groups = tuple(describe.group(part) for part in parts)
    return Grouped(_distinct(groups), describe.notes())


def _distinct(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """A group may be called as one of the nodes is: a node keeps its name."""
    taken = {group.label for group in groups if group.reason is None}
    result = []
    for group in groups:
        label = group.label
        while group.reason is not None and label in taken:
            label += "__nodes"
        taken.add(label)
        result.append(replace(group, label=label))
    return tuple(result)


class _Describe:
    """Finds a label and a reason for each part."""

    def __init__(
        self,
        work: _Work,
        parts: Partition,
        required: list[Need],
        fixed: Mapping[str, tuple[str, ...]],
        labels: Mapping[str, str],
        group_by: str,
    ) -> None:
        self.work, self.labels, self.group_by = work, labels, group_by
        self.whys: dict[str, list[str]] = {}
        for need in required:
            self.whys.setdefault(need.nodes[0], []).append(need.why)
        self.fixed = {node: group for group, nodes in fixed.items() for node in nodes}
        self.pieces: dict[str, int] = {}
        for part in parts:
            label = self._asked(self.work.names(part))
            if label:
                self.pieces[label] = self.pieces.get(label, 0) + 1
        self.seen: dict[str, int] = {}

    def group(self, part: list[int]) -> Group:
        nodes = tuple(self.work.nodes[rank] for rank in part)
        names = [node.name for node in nodes]
        if len(nodes) == 1 and names[0] not in self.fixed:
            return Group(nodes, names[0])
        return Group(nodes, self._label(names), self._reason(names))

    def notes(self) -> tuple[str, ...]:
        return tuple(
            f"`{label}` is split into {count} tasks: as one it would wait for itself."
            for label, count in sorted(self.pieces.items())
            if count > 1
        )

    def _asked(self, names: list[str]) -> str | None:
        found = {self.labels.get(name) for name in names}
        return found.pop() if len(found) == 1 else None

    def _label(self, names: list[str]) -> str:
        if names[0] in self.fixed:
            return self.fixed[names[0]]
        label = self._asked(names)
        if label is None:
            return f"{names[0]}__to__{names[-1]}"
        if self.pieces[label] == 1:
            return label
        self.seen[label] = self.seen.get(label, 0) + 1
        return f"{label}__part_{self.seen[label]}"

    def _reason(self, names: list[str]) -> str:
        whys = [why for name in names for why in self.whys.get(name, [])]
        if names[0] in self.fixed:
            whys.insert(0, f"the settings name the group `{self.fixed[names[0]]}`")
        elif self._asked(names) or self.group_by == "chain":
            whys.insert(0, f"grouped by {self.group_by}")
        return "; ".join(whys) or "they would wait for each other otherwise"
