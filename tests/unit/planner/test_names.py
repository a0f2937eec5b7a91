"""What pipelines are called on an orchestrator: with their environment, and never alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shipway.model import Pipeline
from shipway.planner.build import build
from shipway.planner.cut import Cut
from shipway.planner.plan_options import PlanOptions
from shipway.targets import registry
from tests.targets import SIGNS
from tests.unit.planner.build_ir import node, pipeline, project, settings

A = node("a", "raw", "x", tags=("etl", "a", "b", "a_b", "Daily", "daily", "tags"))
TARGETS = [exporter.name for exporter in registry.every()]


def by_name(
    name: str,
    of: str,
    env: str | None = None,
    tags: Sequence[str] = (),
    registered: Sequence[str] = ("__default__", "prod", "train", "train_tags_a", "train__prod"),
    names: Mapping[str, str] | None = None,
) -> str:
    """What a target calls a pipeline, in a project that has others."""
    pipelines: list[Pipeline] = [pipeline(A, name=names_of_all) for names_of_all in registered]
    content: dict[str, Any] = {
        names_of_all: {"name": own} for names_of_all, own in (names or {}).items()
    }
    options = PlanOptions(pipeline_names=registry.find(of).pipeline_names, cut=Cut(tags=tags))
    whole = replace(project(*pipelines), env=env)
    return build(whole, name, settings(pipelines=content), options).name


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_carries_the_environment(of: str) -> None:
    sign = SIGNS[of]
    assert by_name("__default__", of) == "shop"
    assert by_name("__default__", of, "prod") == f"shop{sign}{sign}prod"
    assert by_name("train", of, "prod").startswith(f"shop{sign}train{sign}{sign}prod")
    assert (
        by_name("train", of, "prod", ["etl"]) == f"shop{sign}train{sign}tags{sign}etl{sign * 2}prod"
    )


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_in_the_settings_stays_as_it_is(of: str) -> None:
    assert by_name("train", of, "prod", names={"train": "daily"}) == "daily"
    assert by_name("train", of, "prod", ["etl"], names={"train": "daily"}).endswith("etl")


@pytest.mark.parametrize("of", TARGETS)
@pytest.mark.parametrize(("own", "tags"), [("My Rep.ort", ()), ("{x}", ("etl",)), ("é.b", ())])
def test_a_name_that_a_target_changes_is_told(of: str, own: str, tags: tuple[str, ...]) -> None:
    options = PlanOptions(pipeline_names=registry.find(of).pipeline_names, cut=Cut(tags=tags))
    content = settings({"name": own})
    result = build(project(A), "__default__", content, options)
    (note,) = (note for note in result.notes if "called" in note)
    assert f"is called `{result.name}`" in note
    assert f"`{own}`" in note
    assert "pipelines.__default__.name" in note


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_that_stays_is_not_told(of: str) -> None:
    options = PlanOptions(pipeline_names=registry.find(of).pipeline_names)
    for content in (settings({"name": "daily-2"}), settings({})):
        assert not build(project(A), "__default__", content, options).notes


ENVS = [None, "prod", "test", "prod-eu", "prod_eu", "prod.eu", "prod/eu", "Prod", "eu_prod"]
ENVS += ["tags_a", "tags_a_b", "a__b", "_prod", "prod_", "größe", "x" * 300, "x" * 299 + "y"]
PIPELINES = ["__default__", "prod", "train", "train_tags_a", "train__prod", "train.prod", "_prod"]
PIPELINES += ["train_", "train__tags_a", "x" * 250]
TAGS: list[list[str]] = [[], ["a"], ["b"], ["a", "b"], ["a_b"], ["daily"], ["Daily"], ["tags"]]
TAGS += [["a", "tags"], ["a", "b", "tags"]]


@pytest.mark.parametrize("of", TARGETS)
def test_no_two_exports_are_called_alike(of: str) -> None:
    """Of any pipeline, tags and environment, though none knows of the others."""
    inputs = list(itertools.product(PIPELINES, ENVS, TAGS))
    result = {(p, e, *t): by_name(p, of, e, t, PIPELINES) for p, e, t in inputs}
    rules = registry.find(of).pipeline_names
    owners: dict[str, tuple[Any, ...]] = {}
    for request, name in result.items():
        assert owners.setdefault(name, request) == request
        assert re.fullmatch(f"(?:{rules.allowed})+", name)
        assert re.match(rules.first, name)
        assert len(name) <= rules.longest


@pytest.mark.parametrize("of", TARGETS)
def test_the_order_of_tags_is_nothing_to_a_name(of: str) -> None:
    assert by_name("train", of, "prod", ["b", "a"]) == by_name("train", of, "prod", ["a", "b", "a"])


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_does_not_depend_on_pipelines_that_come_out_otherwise(of: str) -> None:
    assert by_name("train", of, "prod", registered=["train"]) == by_name(
        "train", of, "prod", registered=["train", "other"]
    )
