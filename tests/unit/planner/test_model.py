from __future__ import annotations

import pytest

from shipway.model import Origin, bare, is_parameter, parameter_path
from tests.unit.planner.build_ir import node, pipeline, project


def test_edges_go_through_transcoding_and_through_parameters_that_nodes_make() -> None:
    result = pipeline(
        node("a", "raw params:seed", "x@pandas params:best"),
        node("b", "x@spark x@pandas", "y"),
        node("c", "y params:best x@spark"),
    )
    assert result.parents == {"a": (), "b": ("a",), "c": ("a", "b")}
    assert result.consumers["x"] == ("b", "c")
    assert result.consumers["params:best"] == ("c",)
    assert result.producers == {"x": "a", "params:best": "a", "y": "b"}
    assert result.read_as["x"] == ("x@spark", "x@pandas")
    assert result.free_inputs == ("raw",)


def test_parents_come_in_the_order_of_the_pipeline_and_once() -> None:
    result = pipeline(node("z", "", "p"), node("a", "", "q r"), node("c", "r p q p"))
    assert result.parents["c"] == ("z", "a")


@pytest.mark.parametrize(
    ("name", "path"), [("params:a.b", "a.b"), ("parameters", ""), ("params:", "")]
)
def test_parameters_are_known_by_their_names(name: str, path: str) -> None:
    assert is_parameter(name)
    assert parameter_path(name) == path


@pytest.mark.parametrize("name", ["parameters_table", "param", "x.params:a", "Parameters"])
def test_other_names_are_datasets(name: str) -> None:
    assert not is_parameter(name)
    assert node("a", name).datasets_in == (name,)


def test_bare_names_have_no_transcoding() -> None:
    assert (bare("ns.sales@pandas"), bare("sales")) == ("ns.sales", "sales")


def test_what_nothing_resolves_is_in_memory() -> None:
    assert project(node("a", "raw")).dataset("raw").kind == "local"
    assert project(node("a", "raw")).dataset("other").kind == "memory"


def test_an_origin_names_its_line_where_it_has_one() -> None:
    assert str(Origin(file="src/nodes.py", line=3)) == "src/nodes.py:3"
    assert str(Origin(file="shop.nodes")) == "shop.nodes"
