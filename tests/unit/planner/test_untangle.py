from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.planner import untangle
from shipway.planner.untangle import chains, contract, in_order, split
from tests.unit.planner.graphs import graphs, groupings, has_cycle, partitions

DEEP = 50_000

needed_sets = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=3), max_size=3)


def fewest(graph: list[list[int]], labels: dict[int, str]) -> int:
    """The fewest parts of equal label without a cycle, by trying all."""

    def alike(one: int, other: int) -> bool:
        return one in labels and labels.get(one) == labels.get(other)

    return min(len(parts) for parts in partitions(len(graph), alike) if not has_cycle(graph, parts))


def check_split(graph: list[list[int]], labels: dict[int, str]) -> list[list[int]]:
    parts = split(graph, labels)
    assert sorted(v for part in parts for v in part) == list(range(len(graph)))
    assert all(len({labels.get(v, v) for v in part}) == 1 for part in parts)
    assert not has_cycle(graph, parts)
    return parts


@given(graphs(), needed_sets)
def test_contract_is_the_finest_that_keeps_needed_sets_and_has_no_cycle(
    graph: list[list[int]], needs: list[list[int]]
) -> None:
    needs = [[v for v in members if v < len(graph)] for members in needs]
    result = contract(graph, needs)

    def stands(parts: list[list[int]]) -> bool:
        whole = all(any(set(m) <= set(part) for part in parts) for m in needs)
        return whole and not has_cycle(graph, parts)

    assert stands(result)
    finer_than_any_other = all(
        any(set(part) <= set(other) for other in parts)
        for parts in filter(stands, partitions(len(graph)))
        for part in result
    )
    assert finer_than_any_other


@given(graphs(), needed_sets)
def test_contracted_parts_come_in_topological_order(
    graph: list[list[int]], needs: list[list[int]]
) -> None:
    result = contract(graph, [[v for v in members if v < len(graph)] for members in needs])
    part_of = {v: i for i, part in enumerate(result) for v in part}
    assert all(part_of[v] <= part_of[s] for v, ss in enumerate(graph) for s in ss)
    assert result == [sorted(part) for part in result]


@given(graphs().flatmap(lambda g: st.tuples(st.just(g), groupings(len(g), "abc"))))
def test_split_covers_all_with_parts_of_one_label_and_no_cycle(
    case: tuple[list[list[int]], dict[int, str]],
) -> None:
    check_split(*case)


@given(graphs().flatmap(lambda g: st.tuples(st.just(g), groupings(len(g), "a"))))
def test_split_of_one_group_among_single_vertices_gives_the_fewest_pieces(
    case: tuple[list[list[int]], dict[int, str]],
) -> None:
    assert len(check_split(*case)) == fewest(*case)


@given(graphs().flatmap(lambda g: st.tuples(st.just(g), groupings(len(g), "abc"))))
def test_split_leaves_groups_whole_that_can_all_stand(
    case: tuple[list[list[int]], dict[int, str]],
) -> None:
    graph, labels = case
    whole = len({labels.get(v, v) for v in range(len(graph))})
    if fewest(graph, labels) == whole:
        assert len(untangle._Splitter(graph, labels).run()) == whole


def random_cases(count: int) -> Iterator[tuple[list[list[int]], dict[int, str]]]:
    rng = random.Random(7)
    for _ in range(count):
        size = rng.randint(5, 7)
        density = rng.choice([0.1, 0.2, 0.3, 0.5])
        yield (
            [[b for b in range(a + 1, size) if rng.random() < density] for a in range(size)],
            {v: rng.choice("abc") for v in range(size) if rng.random() < 0.8},
        )


def test_split_of_several_groups_rarely_takes_more_than_the_fewest_pieces() -> None:
    extra = [len(check_split(*case)) - fewest(*case) for case in random_cases(400)]
    assert min(extra) == 0
    assert max(extra) <= 1
    assert sum(extra) <= len(extra) // 50


def test_split_takes_the_better_of_front_and_back() -> None:
    graph, labels = next(
        (graph, labels)
        for graph, labels in random_cases(400)
        if len(untangle._Splitter(graph, labels).run()) > fewest(graph, labels)
    )
    assert len(split(graph, labels)) == fewest(graph, labels)


def test_an_interrupted_group_is_cut_once() -> None:
    assert split([[1], [2], []], {0: "a", 2: "a"}) == [[0], [1], [2]]


def test_a_group_that_nothing_interrupts_is_whole() -> None:
    assert split([[1, 2], [3], [3], []], {0: "a", 1: "a", 3: "b"}) == [[0, 1], [2], [3]]


@given(graphs(7))
def test_chains_are_runs_of_single_parents_and_children(graph: list[list[int]]) -> None:
    parts = chains(graph, lambda one, other: True)
    parents = [[v for v in range(len(graph)) if s in graph[v]] for s in range(len(graph))]
    links = {(v, graph[v][0]) for v in range(len(graph)) if len(graph[v]) == 1}
    links = {(v, s) for v, s in links if parents[s] == [v]}
    inside = {(a, b) for part in parts for a, b in pairwise(part)}
    assert inside == links
    assert not has_cycle(graph, parts)


def test_a_chain_ends_where_the_vertices_differ() -> None:
    chain = [[1], [2], [3], []]
    assert chains(chain, lambda one, other: (one, other) != (1, 2)) == [[0, 1], [2, 3]]


def test_parts_in_a_cycle_have_no_order() -> None:
    with pytest.raises(ValueError, match="cycle"):
        in_order([[1], [2], []], [[0, 2], [1]])


def test_deep_chains_need_no_recursion() -> None:
    chain = [[i + 1] for i in range(DEEP - 1)] + [[]]
    assert len(contract(chain, [[0, DEEP - 1]])) == 1
    assert len(chains(chain, lambda one, other: True)) == 1
    assert len(split(chain, {v: "ab"[v % 2] for v in range(DEEP)})) == DEEP
    assert len(split(chain, dict.fromkeys(range(DEEP), "a"))) == 1


class _Counted(list[list[int]]):
    """A graph that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, index: Any) -> Any:
        self.looks += 1
        return super().__getitem__(index)


@settings(deadline=None)
@given(st.integers(2, 6))
def test_split_drains_each_vertex_once(width: int) -> None:
    size = 40 * width
    graph = _Counted([[s for s in (v + 1, v + width) if s < size] for v in range(size)])
    untangle._Splitter(graph, {v: "abc"[v % 3] for v in range(size)}).run()
    assert graph.looks == size
