"""The rule check for Vertex AI: nothing on what is good, and each mistake found where it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.schemas.document import path_of, places
from shipway.schemas.problems import Problem
from shipway_exporters.kubeflow.rules import faults
from shipway_exporters.kubeflow.rules_view import View
from shipway_exporters.kubeflow.vertex.rules import RULES
from shipway_exporters.kubeflow.vertex.rules_schedule import faults as schedule_faults
from tests.unit.kubeflow.test_rules import JUNK, _replace
from tests.unit.kubeflow.vertex_mistakes import (
    OF_SCHEDULES,
    OWN,
    SHARED,
    VertexMistake,
    wrong_schedule,
)
from tests.unit.kubeflow.vertex_samples import good, good_schedule

PAGE = Path(__file__).parents[3] / "docs" / "targets" / "vertex.md"
BY_NAME = {rule.__name__: rule for rule in RULES}


def name_of(mistake: VertexMistake) -> str:
    return f"{mistake.rule}-{mistake.path[-30:]}"


def test_what_is_good_has_no_fault() -> None:
    assert list(faults(good(), RULES)) == []
    assert list(schedule_faults(good_schedule())) == []


@pytest.mark.parametrize("mistake", [*OWN, *SHARED], ids=name_of)
def test_a_mistake_is_found_where_it_is_and_by_its_rule(mistake: VertexMistake) -> None:
    documents = mistake.documents()
    assert mistake.path in [path_of(fault.path) for fault in faults(documents, RULES)]
    alone = BY_NAME[mistake.rule](View(documents))
    assert mistake.path in [path_of(fault.path) for fault in alone]


def test_each_rule_has_a_mistake_and_says_where_it_comes_from() -> None:
    assert {mistake.rule for mistake in (*OWN, *SHARED)} == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)
    assert [rule.__name__ for rule in RULES if not rule.__doc__] == []
    assert len(OWN) + len(OF_SCHEDULES) >= 70


def test_the_page_counts_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| +(\d+) \|$", page, re.MULTILINE)
    assert {rule: int(number) for rule, number in rows} == Counter(item.rule for item in OWN)
    words = " ".join(page.split())
    assert f"find {len(OWN) + len(SHARED)} seeded mistakes of specs" in words
    assert f"of which {len(SHARED)} are mistakes" in words
    assert f"and {len(OF_SCHEDULES)} of schedules" in words
    assert f"of the {len(OWN)} that are of Vertex AI alone" in words


@pytest.mark.parametrize("rule", sorted({mistake.rule for mistake in OWN}))
def test_no_rule_is_doubled_by_another(rule: str) -> None:
    """Without it, at least one of its mistakes would go unseen there."""
    others = [other for other in RULES if other.__name__ != rule]
    mistakes = [mistake for mistake in OWN if mistake.rule == rule]
    assert any(
        mistake.path not in [path_of(fault.path) for fault in faults(mistake.documents(), others)]
        for mistake in mistakes
    )


@pytest.mark.parametrize(("path", "value"), OF_SCHEDULES)
def test_a_mistake_of_a_schedule_is_found_where_it_is(path: str, value: Any) -> None:
    result = [path_of(fault.path) for fault in schedule_faults(wrong_schedule(path, value))]
    # What is missing is missing from the section around it.
    around = path.rpartition(".")[0]
    assert any(one in (path, around) or one.startswith(f"{path}.") for one in result)


def faults_of_a_spec(document: Any) -> Iterator[Problem]:
    yield from faults([document], RULES)


@pytest.mark.parametrize(
    ("make", "check"),
    [(lambda: good()[0], faults_of_a_spec), (good_schedule, schedule_faults)],
)
def test_no_junk_breaks_a_rule(
    make: Callable[[], dict[str, Any]], check: Callable[[Any], Iterator[Problem]]
) -> None:
    """Whatever is anywhere, the rules say so or pass; they do not raise."""
    count: Counter[bool] = Counter()
    for index, (keys, _) in enumerate(places(make())):
        for junk in JUNK[index % 4 :: 4]:
            documents: list[Any] = [make()]
            _replace(documents, (0, *keys), junk)
            count[bool(list(check(documents[0])))] += 1
    assert count[True] > 3 * count[False]
