"""Passes 2 to 4 together: from a pipeline to groups of nodes that leave no cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipway.errors import Finding, PlanError
from shipway.model import Pipeline, Project
from shipway.planner.fuse import needs
from shipway.planner.graph import Graph, quotient
from shipway.planner.group import named_groups, wishes
from shipway.planner.label import Groups, Ties, describe
from shipway.planner.order import Order
from shipway.planner.select import whole
from shipway.planner.settle import same
from shipway.planner.untangle import Partition, chains, contract, in_order, split
from shipway.settings.settings import Layer
from shipway.settings.values import PipelineSettings


def partition(
    project: Project,
    pipeline: Pipeline,
    settings: PipelineSettings,
    group_by: str,
    layers: Mapping[str, Layer],
    order: Order,
) -> Groups:
    """Group the nodes of a pipeline.

    Args:
        order: who waits for whom, for data and for places.

    Raises:
        PlanError: a group named in the settings cannot stand as it is.
    """
    work = _Work(pipeline, order)
    place = settings.place("groups")
    named = named_groups(whole(project, pipeline), pipeline, settings.groups, place)
    in_named_group = {name for nodes in named.values() for name in nodes}
    ties = Ties(
        needs=tuple(needs(project, pipeline, settings.memory == "store")),
        named=named,
        labels={
            n: label for n, label in wishes(pipeline, group_by).items() if n not in in_named_group
        },
        group_by=group_by,
    )
    together = [*(need.nodes for need in ties.needs), *named.values()]
    atoms = contract(work.graph, [work.ranks(names) for names in together])
    _check_named(work, atoms, ties, place, bool(order.waits))
    parts = _merge(work, atoms, ties, layers)
    return describe(pipeline, parts, atoms, ties)


class _Work:
    """A pipeline as a graph over its nodes' positions."""

    def __init__(self, pipeline: Pipeline, order: Order) -> None:
        self.nodes = pipeline.nodes
        self.rank = {node.name: i for i, node in enumerate(pipeline.nodes)}
        successors: list[list[int]] = [[] for _ in pipeline.nodes]
        for child, parents in order.parents.items():
            for parent in parents:
                successors[self.rank[parent]].append(self.rank[child])
        self.graph: Graph = successors

    def ranks(self, names: tuple[str, ...]) -> list[int]:
        return [self.rank[name] for name in names]

    def names(self, ranks: list[int]) -> list[str]:
        return [self.nodes[rank].name for rank in ranks]


def _check_named(work: _Work, atoms: Partition, ties: Ties, place: str, has_waits: bool) -> None:
    atom_of = {rank: i for i, members in enumerate(atoms) for rank in members}
    findings = []
    for group, nodes in ties.named.items():
        group_nodes = set(nodes)
        extra = [n for n in work.names(atoms[atom_of[work.rank[nodes[0]]]]) if n not in group_nodes]
        if extra:
            findings.append(
                Finding(
                    what=f"The group `{group}` cannot stand as it is: it needs "
                    f"{', '.join(f'`{n}`' for n in extra[:5])}{', …' if len(extra) > 5 else ''} "
                    f"too, since {_why_more(group_nodes, ties, has_waits)}.",
                    where=f"{place}.{group}",
                    remedy="Add those nodes to the group, or take apart what ties them to it.",
                )
            )
    if findings:
        raise PlanError(*findings)


def _why_more(members: set[str], ties: Ties, has_waits: bool) -> str:
    crossing = (n for n in ties.needs if not members.isdisjoint(n.nodes) and set(n.nodes) - members)
    need = next(crossing, None)
    if need:
        return need.why
    if has_waits:
        return "they wait for nodes of the group, and others of the group for them"
    return "data goes from the group to them and back into the group"


def _merge(work: _Work, atoms: Partition, ties: Ties, layers: Mapping[str, Layer]) -> Partition:
    """Put atoms together as asked; an atom whose nodes are asked apart stands alone."""
    part_of = [0] * len(work.nodes)
    for index, members in enumerate(atoms):
        for rank in members:
            part_of[rank] = index
    graph = quotient(work.graph, part_of, len(atoms))
    if ties.group_by == "chain":
        # A named group is one atom, so that any of its nodes tells which.
        fixed_atoms = {part_of[work.rank[nodes[0]]] for nodes in ties.named.values()}
        unions = chains(graph, lambda a, b: _may_chain(work, atoms, fixed_atoms, layers, a, b))
    else:
        unions = split(graph, dict(_asked_whole(work, atoms, ties)))
    parts = [sorted(rank for atom in atom_set for rank in atoms[atom]) for atom_set in unions]
    return in_order(work.graph, parts)


def _asked_whole(work: _Work, atoms: Partition, ties: Ties) -> Iterator[tuple[int, str]]:
    """Yield the atoms that are asked into one group; a node apart goes with those it is tied to."""
    for index, members in enumerate(atoms):
        labels = ties.labels_of(work.names(members))
        if len(labels) == 1:
            yield index, labels.pop()


def _may_chain(
    work: _Work,
    atoms: Partition,
    fixed_atoms: set[int],
    layers: Mapping[str, Layer],
    one: int,
    other: int,
) -> bool:
    """Named groups stay as they are, and a chain never joins nodes whose settings differ."""
    if one in fixed_atoms or other in fixed_atoms:
        return False
    members = work.names(atoms[one]) + work.names(atoms[other])
    return all(same(layers[members[0]], layers[name]) for name in members[1:])
