"""Random acyclic graphs, and answers found by trying everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hypothesis import strategies as st

from shipway.planner.graph import Graph


@st.composite
def graphs(draw: st.DrawFn, most: int = 6) -> list[list[int]]:
    """Acyclic graphs, numbered in topological order."""
    size = draw(st.integers(1, most))
    return [
        sorted(draw(st.sets(st.integers(start + 1, size - 1)))) if start < size - 1 else []
        for start in range(size)
    ]


def groupings(size: int, words: str) -> st.SearchStrategy[dict[int, str]]:
    """Labels for some of 0 … size-1."""
    return st.dictionaries(st.integers(0, size - 1), st.sampled_from(words), max_size=size)


def partitions(
    size: int, fits: Callable[[int, int], bool] = lambda one, other: True
) -> Iterator[list[list[int]]]:
    """Every partition of 0 … size-1 in which a vertex fits the first of its part."""
    if size == 0:
        yield []
        return
    for smaller in partitions(size - 1, fits):
        yield [*smaller, [size - 1]]
        for index, part in enumerate(smaller):
            if fits(part[0], size - 1):
                yield [*smaller[:index], [*part, size - 1], *smaller[index + 1 :]]


def reachable(graph: Graph) -> list[set[int]]:
    """What each vertex leads to, itself included."""
    result: list[set[int]] = []
    for start in range(len(graph)):
        view, work = {start}, [start]
        while work:
            new = set(graph[work.pop()]) - view
            view |= new
            work.extend(new)
        result.append(view)
    return result


def has_cycle(graph: Graph, parts: Sequence[Sequence[int]]) -> bool:
    """Tell whether parts wait for each other."""
    part_of = {vertex: index for index, part in enumerate(parts) for vertex in part}
    edges: list[set[int]] = [set() for _ in parts]
    for vertex, successors in enumerate(graph):
        edges[part_of[vertex]] |= {part_of[s] for s in successors} - {part_of[vertex]}
    lead = reachable([sorted(successors) for successors in edges])
    return any(a in lead[b] and b in lead[a] for a in range(len(parts)) for b in range(a))
