"""What pipelines are called on an orchestrator: with their environment, and never alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from shipway.model import Pipeline
from shipway.planner.build import build
from shipway.planner.cut import Cut
from shipway.planner.pipeline_names import name_of_jobs
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
    for content in (settings({"name": "daily2"}), settings({})):
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


JOBS = ["a.b", "A.B", "a_b", "a-b", "A_b", "a..b", "a.b_", "train", "Train.prod", "prod", "tags_a"]
JOBS += ["train__tags_a", "x" * 250, "X" * 250, "x" * 249 + "y", "shop", "_default__", "n_1", "1"]
BESIDE = ["__default__", "a.b", "a b", "a/b", "train", "train.prod", "train_tags_a", "x" * 250]


def alike(name: str) -> str:
    """What targets with fewer signs make of a name: of files, pods, functions, keys."""
    return re.sub(r"[\W_]+", "-", name.casefold())


def names_with_jobs(
    of: str, jobs: Sequence[str], registered: Sequence[str], env: str | None = None
) -> dict[tuple[str, ...], str]:
    """What all pipelines, jobs and parts of them are called, each exported for itself."""
    rules = registry.find(of).pipeline_names
    whole = replace(project(*(pipeline(A, name=name) for name in registered)), env=env)
    content = settings(jobs={name: {"pipeline": registered[0]} for name in jobs})
    result = {}
    for name, tags in itertools.product((*registered, *jobs), ([], ["a"], ["b", "daily"])):
        options = PlanOptions(pipeline_names=rules, cut=Cut(tags=tags))
        request = (name, *tags)
        result[request] = build(whole, name, content, options).name
    return result


@pytest.mark.parametrize("env", [None, "prod"])
@pytest.mark.parametrize("of", TARGETS)
def test_no_job_is_called_as_another_or_as_a_pipeline(of: str, env: str | None) -> None:
    jobs = [name for name in JOBS if name not in BESIDE]
    result = names_with_jobs(of, jobs, BESIDE, env)
    owners: dict[str, tuple[str, ...]] = {}
    of_jobs = {request: name for request, name in result.items() if request[0] in jobs}
    for request, name in result.items():
        assert owners.setdefault(name, request) == request
    for request, name in of_jobs.items():
        others = [n for r, n in result.items() if r != request and r[0] in jobs]
        assert alike(name) not in map(alike, others), request


@pytest.mark.parametrize("of", TARGETS)
@fuzz(max_examples=40, deadline=None)
@given(
    jobs=st.lists(st.text("abAB._-", min_size=1, max_size=4), min_size=2, max_size=6, unique=True),
    registered=st.lists(st.text("abAB._- /ä", min_size=1, max_size=4), max_size=3, unique=True),
)
def test_names_of_jobs_are_injective(of: str, jobs: list[str], registered: list[str]) -> None:
    names = [name for name in jobs if re.match(r"[aAbB_]", name) and name not in registered]
    result = names_with_jobs(of, names, ["__default__", *registered])
    assert len(set(result.values())) == len(result)
    whole = [result[name,] for name in names]
    assert len(set(map(alike, whole))) == len(whole)
    # No pipeline is called otherwise for a job that comes to it.
    alone = names_with_jobs(of, [], ["__default__", *registered])
    assert alone == {request: result[request] for request in alone}


APART = ["_prod", "prod", "a", "a__prod", "a.-prod", "_", "_a__prod", "tags_a", "_tags_a", "_jobs"]


@pytest.mark.parametrize("of", TARGETS)
def test_no_job_is_called_as_anything_in_another_environment(of: str) -> None:
    """`_prod` beside `--env prod`: neither export knows of the other."""
    rules, owners = registry.find(of).pipeline_names, dict[str, tuple[Any, ...]]()
    content = settings(jobs={name: {} for name in APART})
    for env in (None, "prod", "jobs", "tags_a"):
        whole = replace(project(pipeline(A), pipeline(A, name="train")), env=env)
        requests = itertools.product(("__default__", "train", *APART), ([], ["a"]))
        for name, tags in requests:
            options = PlanOptions(pipeline_names=rules, cut=Cut(tags=tags))
            result = build(whole, name, content, options).name
            assert owners.setdefault(result, (env, name, *tags)) == (env, name, *tags)
        shared = name_of_jobs(whole, content, "train", rules)
        assert owners.setdefault(shared, (env, " jobs")) == (env, " jobs")


@pytest.mark.parametrize("of", TARGETS)
def test_a_job_without_doubled_signs_keeps_its_name(of: str) -> None:
    options = PlanOptions(pipeline_names=registry.find(of).pipeline_names)
    content = settings(jobs={"scoring_fr": {}, "_prod": {}})
    names = [build(project(pipeline(A)), name, content, options).name for name in content.jobs]
    sign = SIGNS[of]
    assert names[0].replace("-", "_") == "shop_scoring_fr"
    assert re.fullmatch(f"shop{sign}prod{sign}[0-9a-f]{{8}}", names[1])
