"""A part of a pipeline is the part that `kedro run` would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kedro.pipeline import Pipeline as KedroPipeline
from kedro.pipeline import node as kedro_node

from shipway.cli.options import _names
from shipway.errors import PlanError, UsageError
from shipway.model import Node, Pipeline, bare, prefixes
from shipway.planner.cut import Cut
from shipway.planner.select import cut_of
from tests.unit.planner.build_ir import node, pipeline, plan, project, said

KEDROS_NAMES = {"nodes": "node_names", "namespaces": "node_namespaces"}
A = node("a", "raw params:p", "x@csv", tags=("etl",))
B = node("in.b", "x@parquet", "y", namespace="in")
C = node("in.deep.c", "y", "z", namespace="in.deep", tags=("ml",))
ALL = pipeline(A, B, C)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Up to seven nodes; some datasets are transcoded, some nodes have namespaces and tags."""
    nodes: list[Node] = []
    readable = ["raw", "params:p", "parameters"]
    for index in range(draw(st.integers(1, 7))):
        output = f"d{index}"
        forms = draw(st.sampled_from([(output, output), (f"{output}@a", f"{output}@b")]))
        namespace = draw(st.none() | st.sampled_from(["n", "n.m", "o"]))
        inputs = draw(st.lists(st.sampled_from(readable), unique=True, min_size=1, max_size=3))
        nodes.append(
            Node(
                name=f"{namespace}.f{index}" if namespace else f"f{index}",
                inputs=tuple(inputs),
                outputs=(forms[0],),
                namespace=namespace,
                tags=tuple(draw(st.sets(st.sampled_from("tu")))),
            )
        )
        readable += dict.fromkeys(forms)
    return Pipeline(name="__default__", nodes=tuple(nodes))


def to_kedro(of: Pipeline) -> KedroPipeline:
    nodes = []
    for item in of.nodes:
        name = item.name.removeprefix(f"{item.namespace}.")
        more: dict[str, Any] = {"name": name, "namespace": item.namespace, "tags": item.tags}
        # Kedro looks at how many arguments there are.
        nodes.append(kedro_node(lambda *_: 1, list(item.inputs), list(item.outputs), **more))
    return KedroPipeline(nodes)


def cuts(of: Pipeline) -> st.SearchStrategy[Mapping[str, Sequence[str]]]:
    """Conditions that name what the pipeline has; most of them few."""
    nodes = st.sampled_from([item.name for item in of.nodes])
    names = {name for item in of.nodes for name in (*item.inputs, *item.outputs)}
    datasets = st.sampled_from(sorted(names | set(map(bare, names))))
    spaces = sorted({space for item in of.nodes for space in prefixes(item.namespace)})
    tags = sorted({tag for item in of.nodes for tag in item.tags})
    values = {
        "nodes": nodes,
        "from_nodes": nodes,
        "to_nodes": nodes,
        "from_inputs": datasets,
        "to_outputs": datasets,
        **({"tags": st.sampled_from(tags)} if tags else {}),
        **({"namespaces": st.sampled_from(spaces)} if spaces else {}),
    }
    lists = {
        name: st.lists(one, unique=True, min_size=1, max_size=2) for name, one in values.items()
    }
    some = st.sets(st.sampled_from(sorted(lists)), min_size=1, max_size=3)
    return some.flatmap(lambda names: st.fixed_dictionaries({n: lists[n] for n in sorted(names)}))


@pytest.mark.filterwarnings("ignore:Namespace")
@given(st.data())
def test_a_cut_is_kedros(data: st.DataObject) -> None:
    of = data.draw(pipelines())
    conditions = data.draw(cuts(of))
    asked = {KEDROS_NAMES.get(name, name): values for name, values in conditions.items()}
    try:
        expected = [item.name for item in to_kedro(of).filter(**asked).nodes]
    except ValueError as error:
        # Kedro fails on a namespace beside one that holds it, and with nothing left to run.
        assume("unique names" not in str(error))
        with pytest.raises(PlanError, match="nothing to run"):
            cut_of(project(of), "__default__", Cut(**conditions))
        return
    part = cut_of(project(of), "__default__", Cut(**conditions))
    # Of the same nodes, in the same order.
    assert [item.name for item in part.nodes] == expected


@pytest.mark.parametrize(
    ("conditions", "says"),
    [
        ({"nodes": ["aa"]}, "has no node `aa`. [--nodes] Did you mean `a`?"),
        ({"from_nodes": ["in.bb"]}, "`in.bb`. [--from-nodes] Did you mean `in.b`?"),
        ({"to_nodes": ["c"]}, "`c`. [--to-nodes] Did you mean `in.deep.c`?"),
        ({"from_inputs": ["rav"]}, "reads or makes `rav`. [--from-inputs] Did you mean `raw`?"),
        ({"to_outputs": ["x@parket"]}, "[--to-outputs] Did you mean `x@parquet`?"),
        ({"namespaces": ["in.dep"]}, "namespace `in.dep`. [--namespaces] Did you mean `in.deep`?"),
        ({"tags": ["elt"]}, "tag `elt`. [--tags] Did you mean `etl`?"),
        ({"namespaces": ["in"], "tags": ["etl"]}, "[--tags etl --namespaces in] Leave one"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(conditions: Any, says: str) -> None:
    with pytest.raises((UsageError, PlanError)) as error:
        cut_of(project(ALL), "__default__", Cut(**conditions))
    assert says in said(error.value)


def test_all_unknown_names_are_told_at_once() -> None:
    with pytest.raises(UsageError) as error:
        cut_of(project(ALL), "__default__", Cut(nodes=["q", "r"], tags=["s"]))
    assert len(error.value.findings) == 3


def test_a_part_has_a_name_and_words_of_its_own() -> None:
    of = project(ALL, parameters={"p": 1})
    one = plan(of, cut=Cut(nodes=["a"]))
    other = plan(of, cut=Cut(to_nodes=["a"]))
    assert one.selected == ("nodes=a",)
    assert other.selected == ("to_nodes=a",)
    assert len({one.name, other.name, plan(of).name}) == 3


def test_commas_in_brackets_belong_to_a_node_without_a_name() -> None:
    assert _names("f([a,b]) -> [c,d], g ,,h") == ("f([a,b]) -> [c,d]", "g", "h")
