"""What stands several times in a document is said once, and is read as before."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shipway.artifacts.yaml_anchors import with_anchors
from shipway.artifacts.yaml_literals import Alias, Anchored, block

LONG = {"command": ["python", "-m", "shipway.runtime", "--package=energy", "--flow=energy"]}
OTHER = {"command": ["python", "-m", "shipway.runtime", "--package=energy", "--flow=other"]}
PLACES = {("*",): "whole", ("*", "*"): "part", ("*", "deep", "*", "x"): "x"}
VALUES = st.recursive(
    st.sampled_from([LONG, OTHER, "short", 1]),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "x", "deep"]), inner, max_size=4),
    max_leaves=12,
)


def test_the_first_is_written_and_the_others_stand_for_it() -> None:
    document = {name: {"run": LONG} for name in "abc"} | {"d": {"run": LONG, "n": 1}}
    assert with_anchors(document, {("*", "run"): "run"}) == {
        "a": {"run": Anchored("run", LONG)},
        "b": {"run": Alias("run")},
        "c": {"run": Alias("run")},
        "d": {"run": Alias("run"), "n": 1},
    }


def test_what_stands_within_an_alias_is_not_written() -> None:
    document = {"a": {"run": LONG}, "b": {"run": LONG}}
    assert with_anchors(document, {("*",): "all", ("*", "run"): "run"}) == {
        "a": Anchored("all", {"run": LONG}),
        "b": Alias("all"),
    }


def test_other_values_have_other_names() -> None:
    values = (LONG, OTHER, LONG, OTHER, {"single": ["a" * 80]})
    document = {str(number): {"run": value} for number, value in enumerate(values)}
    file_list = with_anchors(document, {("*", "run"): "run"})
    assert [item["run"] for item in file_list.values()] == [
        *(Anchored("run", LONG), Anchored("run-2", OTHER), Alias("run"), Alias("run-2")),
        values[-1],
    ]


@pytest.mark.parametrize("value", ["a" * 80, {"a": 1}, [], {"a": {"run": LONG}}])
def test_short_values_and_other_places_stay(value: Any) -> None:
    document = {"a": {"run": value}, "b": {"walk": value}, "c": {"run": value}, "d": 1}
    if isinstance(value, dict) and "run" in str(value):
        document = {"a": value, "b": value}
    assert with_anchors(document, {("*", "run"): "run"}) == document


def test_go_takes_no_document_for_an_attack() -> None:
    """Its limit is 99 % of the nodes; what is larger than a hundredth of it is written out."""
    large = [{"name": f"variable-{number}"} for number in range(50)]
    document = {str(number): {"env": large} for number in range(200)}
    assert with_anchors(document, {("*", "env"): "env"}) == document
    small = {str(number): {"env": large[:30]} for number in range(200)}
    assert small != with_anchors(small, {("*", "env"): "env"})


@given(st.dictionaries(st.text("abcdef", min_size=1), VALUES))
def test_any_document_is_read_as_before(document: dict[str, Any]) -> None:
    assert yaml.safe_load(block(with_anchors(document, PLACES))) == document
