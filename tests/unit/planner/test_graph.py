from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shipway.planner.graph import UnionFind, components, indegrees, order, quotient, reverse
from tests.unit.planner.graphs import graphs, reachable

ANY_GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size
    )
)
DEEP = 50_000


@given(ANY_GRAPHS)
def test_components_are_the_vertices_that_reach_each_other(graph: list[list[int]]) -> None:
    lead = reachable(graph)
    naive = {
        tuple(b for b in range(len(graph)) if b in lead[a] and a in lead[b])
        for a in range(len(graph))
    }
    assert sorted(map(tuple, components(graph))) == sorted(naive)


@given(graphs(8))
def test_order_puts_every_vertex_after_its_parents(graph: list[list[int]]) -> None:
    result = order(graph)
    assert result is not None
    assert sorted(result) == list(range(len(graph)))
    rank = {vertex: i for i, vertex in enumerate(result)}
    assert all(rank[v] < rank[s] for v, successors in enumerate(graph) for s in successors)


def test_order_takes_the_smallest_vertex_that_is_ready() -> None:
    assert order([[], [0], []]) == [1, 0, 2]
    assert order([[3], [], [1], []]) == [0, 2, 1, 3]


@given(ANY_GRAPHS)
def test_order_is_none_exactly_when_there_is_a_cycle(graph: list[list[int]]) -> None:
    lead = reachable(graph)
    cyclic = any(v in lead[s] for v, successors in enumerate(graph) for s in successors)
    assert (order(graph) is None) == cyclic


def test_quotient_has_neither_loops_nor_repeated_edges() -> None:
    assert quotient([[1, 2, 3], [3], [3], []], [0, 0, 1, 1], 2) == [[1], []]


@given(ANY_GRAPHS)
def test_reverse_turns_every_edge_round_and_back(graph: list[list[int]]) -> None:
    assert indegrees(reverse(graph)) == [len(successors) for successors in graph]
    assert reverse(reverse(graph)) == [sorted(successors) for successors in graph]


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=8))
def test_union_find_knows_each_set_by_its_smallest_member(sets: list[list[int]]) -> None:
    result = UnionFind(10)
    graph: list[list[int]] = [[] for _ in range(10)]
    for members in sets:
        result.union(members)
        for one in members:
            graph[one] += members
    assert [result.find(v) for v in range(10)] == [min(lead) for lead in reachable(graph)]


def test_a_deep_chain_and_a_deep_cycle_need_no_recursion() -> None:
    chain = [[i + 1] for i in range(DEEP - 1)] + [[]]
    assert len(components(chain)) == DEEP
    assert order(chain) == list(range(DEEP))
    cycle = [*chain[:-1], [0]]
    assert components(cycle) == [list(range(DEEP))]
    assert order(cycle) is None
