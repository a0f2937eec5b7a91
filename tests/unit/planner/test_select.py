from __future__ import annotations

import pytest

from shipway.errors import PlanError, UsageError
from shipway.model import Dataset, Node, Origin
from shipway.planner.cut import Cut
from shipway.planner.select import select
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, tasks

A = node("a", "raw", "x", tags=("etl",))
B = node("b", "x", "y", tags=("ml", "slow"))
C = node("c", "y", "z")


def test_a_pipeline_is_selected_whole() -> None:
    of = project(pipeline(A, B, C, name="all"), pipeline(A, name="some"))
    assert select(of, "all") is of.pipelines[0]


def test_tags_keep_the_nodes_that_carry_any_of_them() -> None:
    of = project(pipeline(A, B, C, name="all", standalone=False))
    result = select(of, "all", Cut(tags=["etl", "slow"]))
    assert (result.name, result.nodes, result.standalone) == ("all", (A, B), False)


def test_an_unknown_pipeline_names_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        select(project(pipeline(A, name="training")), "trainin")
    assert "Did you mean `training`?" in said(error.value)


def test_every_unknown_tag_is_told() -> None:
    with pytest.raises(UsageError) as error:
        select(project(A, B), "__default__", Cut(tags=["elt", "etl", "xyz"]))
    assert "Did you mean `etl`?" in said(error.value)
    assert "`xyz`" in said(error.value)
    assert len(error.value.findings) == 2


def test_an_empty_pipeline_is_refused() -> None:
    with pytest.raises(PlanError, match="nothing to run"):
        select(project(pipeline(name="empty")), "empty")


def test_data_in_memory_that_nobody_makes_names_its_reader() -> None:
    reader = node("r", "sale", "out", origin=Origin(file="src/shop/nodes.py", line=7))
    other = node("o", "sales", "out2")
    with pytest.raises(PlanError) as error:
        select(project(reader, other, memory="sale"), "__default__")
    assert "Nobody makes the dataset `sale`" in said(error.value)
    assert "node `r` (src/shop/nodes.py:7)" in said(error.value)
    assert "Did you mean `sales`?" in said(error.value)


@pytest.mark.parametrize(
    ("others", "remedy"),
    [
        ({"made": [A]}, "register both as one in pipeline_registry.py: `made` + `read`"),
        ({"both": [A, B]}, "export `both`, which has both"),
        ({"made": [A], "all": [A, B, C]}, "export `all`, which has both"),
    ],
)
def test_data_in_memory_that_another_pipeline_makes(
    others: dict[str, list[Node]], remedy: str
) -> None:
    """`kedro run --pipelines made,read` would run both as one."""
    pipelines = [pipeline(*nodes, name=name) for name, nodes in others.items()]
    with pytest.raises(PlanError) as error:
        select(project(pipeline(B, name="read"), *pipelines, memory="x"), "read")
    assert "and each pipeline is exported for itself" in said(error.value)
    assert remedy in said(error.value)


def test_data_in_memory_whose_maker_is_not_selected_names_the_maker() -> None:
    with pytest.raises(PlanError) as error:
        select(project(A, B, memory="x"), "__default__", Cut(tags=["ml"]))
    assert "`x` passes in memory from the node `a`, which is not selected" in said(error.value)


def test_transcoded_data_is_made_under_another_name() -> None:
    of = project(node("a", "", "x@pandas"), node("b", "x@spark", "y"), memory="x@pandas x@spark")
    assert len(select(of, "__default__").nodes) == 2


def test_what_the_catalog_itself_holds_is_an_input_of_every_task() -> None:
    const = Dataset(name="const", kind="memory", type="MemoryDataset", preset=True)
    of = project(node("a", "const", "x"), node("b", "const", "y"), datasets=[const])
    assert tasks(plan(of)) == [["a"], ["b"]]


def test_what_a_node_writes_is_in_memory_though_the_catalog_holds_some() -> None:
    const = Dataset(name="x", kind="memory", type="MemoryDataset", preset=True)
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=[const])
    assert tasks(plan(of)) == [["a", "b"]]


def test_an_entry_in_memory_that_holds_nothing_is_told_as_such() -> None:
    empty = Dataset(name="x", kind="memory", type="MemoryDataset")
    with pytest.raises(PlanError) as error:
        plan(project(node("a", "x", "y"), datasets=[empty]))
    assert "no node writes it and its catalog entry holds no data" in said(error.value)
