"""The rule check: nothing on a good job, and each mistake found where it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from databricks.bundles.jobs import Job

from shipway.schemas.document import path_of, places
from shipway.schemas.problems import Problem
from shipway_exporters.databricks.rules import RULES, faults
from shipway_exporters.databricks.rules_view import View
from tests.unit.databricks.mistakes import MISTAKES, SEEN_BY_THE_MODELS, THE_ELEVEN
from tests.unit.databricks.rule_samples import GOOD, Mistake, document

BELOW = "resources.jobs.energy"
JUNK: tuple[Any, ...] = (None, True, 1, 0.5, "", "x", [], [[]], [None], {}, {"x": []}, {1: None})


def paths(job: Any) -> list[str]:
    return [path_of(problem.path).removeprefix(f"{BELOW}.") for problem in faults(document(job))]


def test_a_good_job_has_no_fault_and_the_models_take_it() -> None:
    assert list(faults(document(GOOD))) == []
    assert Job.from_dict(GOOD).name == "energy"  # type: ignore[arg-type]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_found_where_it_is(mistake: Mistake) -> None:
    assert mistake.path in paths(mistake.job())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_models_see_what_the_table_says(mistake: Mistake) -> None:
    """What of it `databricks-bundles` would let pass: that is what rules of our own are for."""
    try:
        Job.from_dict(mistake.job())  # type: ignore[arg-type]
        refused = False
    except Exception:  # noqa: BLE001 - its models raise several types
        refused = True
    assert refused == mistake.refused


def test_there_are_enough() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 40
    assert len(THE_ELEVEN) == 11
    assert all(mistake.refused for mistake in SEEN_BY_THE_MODELS)


def test_each_rule_finds_a_mistake_that_no_other_finds() -> None:
    finders = [_finders(mistake) for mistake in MISTAKES]
    alone = {names[0] for names in finders if len(names) == 1}
    # Where there are no tasks, nothing refers to the job's parameters, which others find.
    assert {rule.__name__ for rule in RULES} - alone == {"some_tasks"}


def _finders(mistake: Mistake) -> list[str]:
    view = View(mistake.job())
    return [rule.__name__ for rule in RULES if next(rule(view), None)]


def test_each_rule_says_what_it_is_about() -> None:
    assert [rule.__name__ for rule in RULES if not rule.__doc__] == []


@pytest.mark.parametrize(
    "other", [{}, {"resources": {}}, {"resources": {"jobs": {}}}, {"bundle": {}}, [], None]
)
def test_a_file_holds_one_job(other: Any) -> None:
    assert [type(problem) for problem in faults(other)] == [Problem]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_anywhere_is_a_fault_or_fine_and_no_error(junk: Any) -> None:
    for path, _ in places(GOOD):
        job = copy.deepcopy(GOOD)
        if path:
            at: Any = job
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = junk
        list(faults(document(job)))
