"""The rule check: nothing on a good spec, and each mistake found where it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml

from shipway.schemas.document import path_of, places
from shipway.schemas.problems import Problem
from shipway_exporters.kubeflow.rules import RULES, faults
from shipway_exporters.kubeflow.rules_view import View
from tests.unit.kubeflow.more_mistakes import MISTAKES
from tests.unit.kubeflow.rule_mistakes import POD, ROOT, TRAIN, Mistake
from tests.unit.kubeflow.rule_samples import at, good

BY_NAME = {rule.__name__: rule for rule in RULES}
JUNK: tuple[Any, ...] = (None, True, 1, 0.5, "", "x", [], [[]], [None], {}, {"x": []}, {1: None})


def name_of(mistake: Mistake) -> str:
    return f"{mistake.rule}-{mistake.path[-30:]}"


def test_a_good_spec_has_no_fault() -> None:
    assert list(faults(good())) == []


def test_a_good_spec_without_a_platform_has_no_fault() -> None:
    assert list(faults(good()[:1])) == []


def test_a_good_spec_is_good_after_yaml() -> None:
    text = yaml.safe_dump_all(good(), sort_keys=False)
    assert list(faults(list(yaml.safe_load_all(text)))) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=name_of)
def test_a_mistake_is_found_where_it_is(mistake: Mistake) -> None:
    result = [path_of(fault.path) for fault in faults(mistake.documents())]
    assert mistake.path in result


@pytest.mark.parametrize("mistake", MISTAKES, ids=name_of)
def test_a_mistake_is_found_by_its_rule(mistake: Mistake) -> None:
    result = [path_of(fault.path) for fault in BY_NAME[mistake.rule](View(mistake.documents()))]
    assert mistake.path in result


def test_each_rule_has_a_mistake() -> None:
    assert {mistake.rule for mistake in MISTAKES} == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)
    assert len(MISTAKES) >= 45


def test_each_rule_says_where_it_comes_from() -> None:
    assert [rule.__name__ for rule in RULES if not rule.__doc__] == []


@pytest.mark.parametrize("rule", BY_NAME)
def test_no_rule_is_doubled_by_another(rule: str) -> None:
    """At least one of a rule's mistakes would go unseen there without it."""
    alone = []
    for mistake in MISTAKES:
        if mistake.rule == rule:
            view = View(mistake.documents())
            others = {
                path_of(fault.path)
                for other in RULES
                if other.__name__ != rule
                for fault in other(view)
            }
            alone.append(mistake.path not in others)
    assert any(alone)


def test_all_faults_are_told_in_the_order_of_the_documents() -> None:
    documents = good()
    at(f"{POD}/imagePullPolicy", "Sometimes")(documents)
    at(f"{TRAIN}/image", "")(documents)
    at(f"{ROOT}/main/cachingOptions", 1)(documents)
    at("0/schemaVersion", ...)(documents)
    assert [path_of(fault.path) for fault in faults(documents)] == [
        "schemaVersion",
        "root.dag.tasks.main.cachingOptions",
        "deploymentSpec.executors.exec-train.container.image",
        "platforms.kubernetes.deploymentSpec.executors.exec-train.imagePullPolicy",
    ]


def test_a_fault_is_one_sentence() -> None:
    result = [fault for mistake in MISTAKES for fault in faults(mistake.documents())]
    assert [fault for fault in result if not fault.what.endswith(".")] == []
    assert all(isinstance(fault, Problem) for fault in result)


@pytest.mark.parametrize("documents", [[], [None], [1, 2], ["x", []], [{}, {}], [[], {1: 2}]])
def test_what_is_no_spec_at_all_has_faults(documents: list[Any]) -> None:
    assert list(faults(documents))


def test_no_junk_breaks_a_rule() -> None:
    """Whatever is anywhere, the rules say so or pass; they do not raise."""
    count: Counter[bool] = Counter()
    everywhere = [(0, keys) for keys, _ in places(good()[0])] + [
        (1, keys) for keys, _ in places(good()[1])
    ]
    for index, (document, keys) in enumerate(everywhere):
        for junk in JUNK[index % 4 :: 4]:
            documents: list[Any] = good()
            _replace(documents, (document, *keys), junk)
            count[bool(list(faults(documents)))] += 1
    assert count[True] > 3 * count[False]


def _replace(documents: Any, keys: tuple[str | int, ...], value: Any) -> None:
    for key in keys[:-1]:
        documents = documents[key]
    documents[keys[-1]] = value


def test_a_path_is_written_as_code_would_be() -> None:
    assert path_of(("root", "dag", "tasks", "train", "dependentTasks", 0)) == (
        "root.dag.tasks.train.dependentTasks[0]"
    )
