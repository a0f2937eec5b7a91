"""What tasks a plan has, for the tests of grouping."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from shipway.errors import PlanError
from shipway.model import Dataset, DatasetKind, Node, Project
from shipway.planner.plan import Plan
from tests.unit.planner.build_ir import node, plan, project, said
from tests.unit.planner.graphs import graphs

GROUPINGS = ["none", "chain", "pipeline", "namespace", "namespace:2", "tag", "tag:x,y"]


def labels(result: Plan) -> list[str]:
    return [task.label for task in result.tasks]


def refusal(of: Project, **given: Any) -> str:
    with pytest.raises(PlanError) as error:
        plan(of, given)
    return said(error.value)


def interrupted() -> tuple[Node, ...]:
    return (
        node("ns.a1", "raw", "p", namespace="ns"),
        node("x", "p", "q"),
        node("ns.a2", "q", "r", namespace="ns"),
        node("ns.a3", "r", "s", namespace="ns"),
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Projects of any shape, each edge a dataset of its own, with namespaces and tags."""
    graph = draw(graphs(8))
    names = [f"n{i}" for i in range(len(graph))]
    edges = [(a, b) for a, successors in enumerate(graph) for b in successors]
    some: list[DatasetKind] = ["local", "local", "memory", "remote"]
    kinds = {edge: draw(st.sampled_from(some)) for edge in edges}
    spaces = [None, "s", "s.t", "u"]
    nodes = [
        Node(
            name=name,
            inputs=("raw", *(f"d{a}_{b}@in" for a, b in edges if b == i)),
            outputs=tuple(f"d{a}_{b}@out" for a, b in edges if a == i),
            namespace=draw(st.sampled_from(spaces)),
            tags=tuple(sorted(draw(st.sets(st.sampled_from("xyz"))))),
        )
        for i, name in enumerate(names)
    ]
    datasets = [
        Dataset(name=f"d{a}_{b}@{end}", kind=kind)
        for (a, b), kind in kinds.items()
        for end in ("in", "out")
    ]
    return project(*nodes, datasets=datasets)
