"""What pipelines are called on an orchestrator: with their environment, and never alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shipway.model import Pipeline
from shipway.planner.build import PlanOptions, build
from shipway.targets import registry
from tests.unit.planner.build_ir import node, pipeline, project, settings

A = node("a", "raw", "x", tags=("etl", "a", "b", "a_b", "Daily", "daily", "tags"))
TARGETS = [exporter.name for exporter in registry.every()]


def named(
    name: str,
    of: str,
    env: str | None = None,
    tags: Sequence[str] = (),
    registered: Sequence[str] = ("__default__", "prod", "train", "train_tags_a", "train__prod"),
    names: Mapping[str, str] | None = None,
) -> str:
    """What a target calls a pipeline, in a project that has others."""
    pipelines: list[Pipeline] = [pipeline(A, name=known) for known in registered]
    held: dict[str, Any] = {known: {"name": own} for known, own in (names or {}).items()}
    options = PlanOptions(pipeline_names=registry.find(of).pipeline_names, tags=tags)
    whole = replace(project(*pipelines), env=env)
    return build(whole, name, settings(pipelines=held), options).name


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_carries_the_environment(of: str) -> None:
    sign = "-" if of == "kubeflow" else "_"
    assert named("__default__", of) == "shop"
    assert named("__default__", of, "prod") == f"shop{sign}{sign}prod"
    assert named("train", of, "prod").startswith(f"shop{sign}train{sign}{sign}prod")
    assert (
        named("train", of, "prod", ["etl"]) == f"shop{sign}train{sign}tags{sign}etl{sign * 2}prod"
    )


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_in_the_settings_stays_as_it_is(of: str) -> None:
    assert named("train", of, "prod", names={"train": "daily"}) == "daily"
    assert named("train", of, "prod", ["etl"], names={"train": "daily"}).endswith("etl")


ENVS = [None, "prod", "test", "prod-eu", "prod_eu", "prod.eu", "prod/eu", "Prod", "eu_prod"]
ENVS += ["tags_a", "tags_a_b", "a__b", "_prod", "prod_", "größe", "x" * 300, "x" * 299 + "y"]
PIPELINES = ["__default__", "prod", "train", "train_tags_a", "train__prod", "train.prod", "_prod"]
PIPELINES += ["train_", "train__tags_a", "x" * 250]
TAGS: list[list[str]] = [[], ["a"], ["b"], ["a", "b"], ["a_b"], ["daily"], ["Daily"], ["tags"]]
TAGS += [["a", "tags"], ["a", "b", "tags"]]


@pytest.mark.parametrize("of", TARGETS)
def test_no_two_exports_are_called_alike(of: str) -> None:
    """Of any pipeline, tags and environment, though none knows of the others."""
    given = list(itertools.product(PIPELINES, ENVS, TAGS))
    made = {(p, e, *t): named(p, of, e, t, PIPELINES) for p, e, t in given}
    rules = registry.find(of).pipeline_names
    owners: dict[str, tuple[Any, ...]] = {}
    for asked, name in made.items():
        assert owners.setdefault(name, asked) == asked
        assert re.fullmatch(f"(?:{rules.allowed})+", name)
        assert re.match(rules.first, name)
        assert len(name) <= rules.longest


@pytest.mark.parametrize("of", TARGETS)
def test_the_order_of_tags_is_nothing_to_a_name(of: str) -> None:
    assert named("train", of, "prod", ["b", "a"]) == named("train", of, "prod", ["a", "b", "a"])


@pytest.mark.parametrize("of", TARGETS)
def test_a_name_does_not_depend_on_pipelines_that_come_out_otherwise(of: str) -> None:
    assert named("train", of, "prod", registered=["train"]) == named(
        "train", of, "prod", registered=["train", "other"]
    )
