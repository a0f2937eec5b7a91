"""Each mistake in a `prefect.yaml` is found, at its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from shipway.schemas.problems import Problem
from shipway.targets.registry import find
from shipway_exporters.prefect.rules import faults
from shipway_exporters.prefect.rules_variables import job_variable_rules
from tests.unit.exporters.prefect_mistakes import MISTAKES, VARIABLES, Mistake, good
from tests.unit.planner.build_ir import node, plan, project


def test_a_good_document_has_no_fault() -> None:
    assert not list(faults(good()))
    files = {"shop/prefect.yaml": yaml.safe_dump(good()), "shop/flow.py": ""}
    assert not find("prefect").read_back(plan(project(node("a", "raw"))), files).findings


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.path}={m.says:.30}")
def test_each_mistake_is_found_at_its_place(mistake: Mistake) -> None:
    result = [
        f"{problem.what} {problem.remedy}"
        for problem in faults(mistake.document)
        if "/".join(map(str, problem.path)) == mistake.place
    ]
    assert any(mistake.says in text for text in result), list(faults(mistake.document))


def test_all_are_told_at_once() -> None:
    document = good()
    document["deployments"][0]["name"] = "a/b"
    document["deployments"][0]["schedules"][0]["cron"] = "never"
    document["pul"] = []
    assert len(list(faults(document))) == 3


@pytest.mark.parametrize("document", [None, [], "text", 7, {}])
def test_what_is_no_document_at_all(document: Any) -> None:
    assert list(faults(document))


@pytest.mark.parametrize(("pool", "variables"), VARIABLES)
def test_job_variables_of_each_pool(pool: str, variables: dict[str, Any]) -> None:
    problems: list[Problem] = []
    job_variable_rules(pool).read(variables, (), problems)
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("pool", "variables"),
    [
        ("process", {"working_dir": "/srv", "env": {"A": "b"}, "stream_output": True}),
        ("docker", {"mem_limit": "4g", "networks": ["a"], "volumes": ["data:/data:ro"]}),
        ("kubernetes", {"namespace": "prod", "memory_limit": "1Gi", "finished_job_ttl": 60}),
    ],
)
def test_job_variables_that_are_right(pool: str, variables: dict[str, Any]) -> None:
    problems: list[Problem] = []
    assert job_variable_rules(pool).read(variables, (), problems)
    assert not problems
