"""Pass 4, untangle: groups that leave no cycle.

What must share a task is contracted until no cycle is left. What was only asked for is split.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from shipway.planner.graph import Graph, UnionFind, components, indegrees, order, quotient, reverse

Partition = list[list[int]]
"""Parts of 0 … n-1, each sorted, in topological order of the parts."""


def contract(graph: Graph, ties: Sequence[Sequence[int]]) -> Partition:
    """Return the finest partition that keeps each needed set whole and has no cycle."""
    sets = UnionFind(len(graph))
    for members in ties:
        sets.union(members)
    parts = _parts(sets)
    # Parts that wait for each other can only run as one: a cycle between them is contracted.
    for component in components(quotient(graph, _part_of(parts, len(graph)), len(parts))):
        sets.union(vertex for part in component for vertex in parts[part])
    return in_order(graph, _parts(sets))


def in_order(graph: Graph, parts: Partition) -> Partition:
    """Return the parts in topological order; parts that could come in any order, smallest first.

    Raises:
        ValueError: the parts are in a cycle.
    """
    parts = sorted(parts)
    ranks = order(quotient(graph, _part_of(parts, len(graph)), len(parts)))
    if ranks is None:
        raise ValueError("the parts are in a cycle")
    return [parts[rank] for rank in ranks]


def split(graph: Graph, labels: Mapping[int, str]) -> Partition:
    """Return parts of equal label that leave no cycle, in as few pieces as can be found.

    Vertices without a label stand alone. A group runs whole as soon as nothing outside it is
    still awaited by any of its members; only when no group can, one is cut: the members that can
    run, run, and the rest waits. For one group among single vertices this gives the fewest
    pieces; for several it is a greedy choice, made from the front and from the back: the better
    one counts.
    """
    forward = _Splitter(graph, labels).run()
    backward = _Splitter(reverse(graph), labels).run()
    # Of two as good, `min` takes the first, so that the result is always the same.
    return in_order(graph, min(forward, backward, key=len))


class _Splitter:
    """Runs vertices as their parents are done, draining one group at a time."""

    def __init__(self, graph: Graph, labels: Mapping[int, str]) -> None:
        self.graph = graph
        keys: dict[object, int] = {}
        # Labels are texts and vertices numbers, so that one without a label is a group of its own.
        self.group = [keys.setdefault(labels.get(v, v), len(keys)) for v in range(len(graph))]
        self.waiting = indegrees(graph)
        self.ready: list[deque[int]] = [deque() for _ in keys]
        self.stuck: deque[int] = deque()
        for vertex, count in enumerate(self.waiting):
            if count == 0:
                self._enqueue(vertex)
        self.outside = self._edges_from_outside(len(keys))
        self.free = deque(group for group, count in enumerate(self.outside) if count == 0)

    def run(self) -> Partition:
        pieces: Partition = []
        while self.free or self.stuck:
            piece = self._drain(self.free.popleft() if self.free else self.stuck.popleft())
            # A group may be in both queues, and has nothing left when its second turn comes.
            if piece:
                pieces.append(sorted(piece))
        return pieces

    def _edges_from_outside(self, groups: int) -> list[int]:
        counts = [0] * groups
        for vertex, successors in enumerate(self.graph):
            for successor in successors:
                counts[self.group[successor]] += self.group[vertex] != self.group[successor]
        return counts

    def _enqueue(self, vertex: int) -> None:
        group = self.group[vertex]
        # Once only, when its first member gets ready: the others run in the same piece.
        if not self.ready[group]:
            self.stuck.append(group)
        self.ready[group].append(vertex)

    def _drain(self, group: int) -> list[int]:
        piece: list[int] = []
        while self.ready[group]:
            vertex = self.ready[group].popleft()
            piece.append(vertex)
            for successor in self.graph[vertex]:
                self._release(group, successor)
        return piece

    def _release(self, group: int, successor: int) -> None:
        self.waiting[successor] -= 1
        if self.waiting[successor] == 0:
            self._enqueue(successor)
        other = self.group[successor]
        if other != group:
            self.outside[other] -= 1
            if self.outside[other] == 0:
                self.free.append(other)


def chains(graph: Graph, same: Callable[[int, int], bool]) -> Partition:
    """Return runs of vertices with one parent and one child, as long as `same` holds along them."""
    parents = indegrees(graph)
    sets = UnionFind(len(graph))
    for vertex, successors in enumerate(graph):
        if len(successors) == 1 and parents[successors[0]] == 1 and same(vertex, successors[0]):
            sets.union((vertex, successors[0]))
    return in_order(graph, _parts(sets))


def _parts(sets: UnionFind) -> Partition:
    parts: dict[int, list[int]] = {}
    for vertex in range(len(sets.parent)):
        parts.setdefault(sets.find(vertex), []).append(vertex)
    return list(parts.values())


def _part_of(parts: Partition, size: int) -> list[int]:
    part_of = [0] * size
    for index, members in enumerate(parts):
        for vertex in members:
            part_of[vertex] = index
    return part_of
