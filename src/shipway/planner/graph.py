"""Graphs over whole numbers: components, order, quotients. All linear in nodes and edges."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

Graph = Sequence[Sequence[int]]
"""The successors of each vertex 0 … n-1."""


class UnionFind:
    """Disjoint sets over 0 … n-1, each known by its smallest member."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, vertex: int) -> int:
        """Return the smallest member of the vertex's set."""
        root = vertex
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[vertex] != root:
            # Path compression: whoever asks next finds the root in one step.
            self.parent[vertex], vertex = root, self.parent[vertex]
        return root

    def union(self, members: Iterable[int]) -> None:
        """Make one set of all the members' sets."""
        roots = {self.find(vertex) for vertex in members}
        if roots:
            low = min(roots)
            for root in roots:
                self.parent[root] = low


def quotient(graph: Graph, part_of: Sequence[int], parts: int) -> list[list[int]]:
    """Return the graph between parts, without loops and without repetition."""
    # Keys of a dict, as a set that keeps its order (Python, Mapping Types, `dict`).
    edges: list[dict[int, None]] = [{} for _ in range(parts)]
    for vertex, successors in enumerate(graph):
        for successor in successors:
            if part_of[vertex] != part_of[successor]:
                edges[part_of[vertex]][part_of[successor]] = None
    return [list(successors) for successors in edges]


def reverse(graph: Graph) -> list[list[int]]:
    """Return the graph with every edge turned round."""
    result: list[list[int]] = [[] for _ in graph]
    for vertex, successors in enumerate(graph):
        for successor in successors:
            result[successor].append(vertex)
    return result


def order(graph: Graph) -> list[int] | None:
    """Return a topological order, smallest vertex first, or `None` when there is a cycle."""
    waiting = indegrees(graph)
    # Ascending, and therefore a heap already (Python, `heapq`).
    ready = [vertex for vertex, count in enumerate(waiting) if count == 0]
    ranks: list[int] = []
    while ready:
        vertex = heapq.heappop(ready)
        ranks.append(vertex)
        for successor in graph[vertex]:
            waiting[successor] -= 1
            if waiting[successor] == 0:
                heapq.heappush(ready, successor)
    return ranks if len(ranks) == len(graph) else None


def indegrees(graph: Graph) -> list[int]:
    """Return how many edges enter each vertex."""
    counts = [0] * len(graph)
    for successors in graph:
        for successor in successors:
            counts[successor] += 1
    return counts


def components(graph: Graph) -> list[list[int]]:
    """Return the strongly connected components.

    Source: Tarjan, Depth-first search and linear graph algorithms (1972); written without
    recursion, since pipelines may be thousands of nodes deep.
    """
    state = _Tarjan(graph)
    for vertex in range(len(graph)):
        if state.index[vertex] < 0:
            state.visit(vertex)
    return state.components


class _Tarjan:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.index = [-1] * len(graph)
        self.low = [0] * len(graph)
        self.on_stack = [False] * len(graph)
        self.stack: list[int] = []
        self.components: list[list[int]] = []
        self.count = 0

    def visit(self, root: int) -> None:
        self._enter(root)
        work = [(root, iter(self.graph[root]))]
        while work:
            vertex, successors = work[-1]
            successor = next(successors, None)
            if successor is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    self.low[parent] = min(self.low[parent], self.low[vertex])
                if self.low[vertex] == self.index[vertex]:
                    self._close(vertex)
            elif self.index[successor] < 0:
                self._enter(successor)
                work.append((successor, iter(self.graph[successor])))
            elif self.on_stack[successor]:
                self.low[vertex] = min(self.low[vertex], self.index[successor])

    def _enter(self, vertex: int) -> None:
        self.index[vertex] = self.low[vertex] = self.count
        self.count += 1
        self.stack.append(vertex)
        self.on_stack[vertex] = True

    def _close(self, root: int) -> None:
        members: list[int] = []
        while not members or members[-1] != root:
            members.append(self.stack.pop())
            self.on_stack[members[-1]] = False
        self.components.append(sorted(members))
