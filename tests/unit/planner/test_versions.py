"""Versioned data that the run does not write, in the place of data that it does write."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.errors import PlanError
from shipway.model import Dataset, Node, Origin, Project
from tests.unit.planner.build_ir import node, plan, project, said

TRAIN = node("train", "champ_prev", "champ")
COMPARE = node("compare", "champ champ_prev", "compared")
LATE = node("late", "compared champ_late", "out")
KEDRO = {"run_with": "kedro", "concurrency": {"runs": 1}}


def models(*nodes: Node, **locations: str) -> Project:
    names = ("champ", "champ_prev", "champ_late", "champ@a", "champ@b")
    options = {**dict.fromkeys(names, "models/m"), **locations}
    settings = [
        Dataset(name=name, kind="local", location=location, versioned=True)
        for name, location in options.items()
    ]
    return project(*nodes, datasets=settings)


def test_what_is_first_loaded_before_the_run_writes_stays_that_of_before() -> None:
    result = plan(models(TRAIN, COMPARE))
    assert result.before_run == {"train": ("champ_prev",), "compare": ("champ_prev",)}
    assert result.from_run == {"compare": ("champ",)}


def test_what_is_first_loaded_after_is_the_runs_own_as_kedro_has_it() -> None:
    result = plan(models(TRAIN, COMPARE, LATE))
    assert "late" not in result.before_run
    assert result.from_run["late"] == ("champ_late",)


def test_each_name_counts_for_itself() -> None:
    early, late = node("e", "champ@a", "x"), node("l", "x champ@b", "y")
    result = plan(models(early, node("w", "x", "new"), late, new="models/m"))
    assert result.before_run == {"e": ("champ@a",)}
    assert result.from_run == {"l": ("champ",)}


def test_a_place_that_may_be_the_same_keeps_an_early_name_to_before() -> None:
    result = plan(models(TRAIN, COMPARE, champ_prev="${oc.env:ROOT}/m"))
    assert result.before_run["compare"] == ("champ_prev",)


def test_other_places_are_left_alone() -> None:
    result = plan(models(TRAIN, COMPARE, champ_prev="models/other"))
    assert (result.before_run, result.under_other_names) == ({}, {})


def test_a_version_to_load_may_be_given_for_either_name() -> None:
    versions = {"champ_prev": "2026-01-01T00.00.00.000Z"}
    result = plan(models(TRAIN, COMPARE), {"load_versions": versions})
    assert result.run.load_versions == versions


@pytest.mark.parametrize(
    "nodes",
    [
        [node("a", "", "champ", origin=Origin(file="n.py", line=3)), node("b", "", "rival")],
        [node("a", "", "champ rival", origin=Origin(file="n.py", line=3))],
    ],
)
def test_two_outputs_of_one_version_are_refused(nodes: list[Node]) -> None:
    with pytest.raises(PlanError) as error:
        plan(models(*nodes, rival="./models//m"))
    message = said(error.value)
    assert "`champ` and `rival` would both save this run's version of" in message
    assert (
        "catalog entry `champ`, output of the node `a` (n.py:3) and catalog entry `rival`"
        in message
    )
    assert "`filepath` of its own" in message


def test_two_outputs_that_only_may_be_one_are_not_refused() -> None:
    nodes = [node("a", "", "champ"), node("b", "", "rival")]
    assert plan(models(*nodes, rival="${oc.env:ROOT}/m")).tasks[1].needs == ("a",)


@pytest.mark.parametrize("options", [{}, {"group_by": "pipeline"}])
def test_plain_kedro_run_would_take_the_new_one_for_the_old(options: dict[str, Any]) -> None:
    if options:
        assert len(plan(models(TRAIN, COMPARE), {**KEDRO, **options}).tasks) == 1
        return
    with pytest.raises(PlanError) as error:
        plan(models(TRAIN, COMPARE), KEDRO)
    assert "`compare` loads `champ_prev` as it was before the run" in said(error.value)


def test_plain_kedro_run_needs_one_run_at_a_time_for_the_runs_own() -> None:
    late = node("late", "champ_late", "out")
    of = models(node("first", "", "champ"), late)
    assert plan(of, KEDRO).from_run == {"late": ("champ_late",)}
    with pytest.raises(PlanError) as error:
        plan(of, {"run_with": "kedro"})
    assert "`champ_late` passes from `first` to `late`" in said(error.value)
