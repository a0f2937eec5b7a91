"""What Dagster lets pass as it loads a file, the rules find."""

from __future__ import annotations

import ast

import pytest

from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.rules import faults

from .mistakes import GOLDEN, MISTAKES, with_mistake
from .pod_mistakes import POD_MISTAKES, pods_text, with_pod_mistake

BY_DAGSTER_ALONE = {
    *("a cycle", "an op with a dot", "an owner that is none", "a group with a dot"),
    *("six fields of cron", "an hour too late", "no such zone"),
    *("a default of another type",),
}
"""What nobody needs to look for again: see tests/engines/dagster/test_mistakes.py."""


@pytest.fixture(scope="module")
def emitted() -> str:
    return GOLDEN.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pods() -> str:
    return pods_text()


def words(text: str) -> list[str]:
    return [f"{problem.path}: {problem.what}" for problem in faults(ParsedFile(ast.parse(text)))]


def test_what_is_emitted_has_no_fault(emitted: str) -> None:
    assert words(emitted) == []


@pytest.mark.parametrize("mistake", sorted(MISTAKES.keys() - BY_DAGSTER_ALONE))
def test_each_mistake_is_words(emitted: str, mistake: str) -> None:
    assert words(with_mistake(mistake, emitted))


@pytest.mark.parametrize("mistake", sorted(BY_DAGSTER_ALONE))
def test_the_rest_is_left_to_dagster(emitted: str, mistake: str) -> None:
    assert words(with_mistake(mistake, emitted)) == []


@pytest.mark.parametrize("mistake", sorted(POD_MISTAKES))
def test_each_mistake_in_a_pod_is_words(pods: str, mistake: str) -> None:
    assert words(pods) == []
    assert words(with_pod_mistake(mistake, pods))


def test_a_sensor_of_the_job_alone_is_words(emitted: str) -> None:
    sensor = (
        '@dg.run_failure_sensor(name="x"{})\n'
        "def failure(context):\n    tell(context, [], 'failed')\n\n\n"
    )
    head, tail = emitted.split("\ndefs = ")
    listed = tail.replace("jobs=[job],", "jobs=[job],\n    sensors=[failure],")
    assert words(f"{head}\n{sensor.format('')}defs = {listed}") == []
    (what,) = words(f"{head}\n{sensor.format(', monitored_jobs=[job]')}defs = {listed}")
    assert "runs of assets from the catalog" in what
    (what,) = words(f"{head}\n{sensor.format('')}defs = {tail}")
    assert "not among the sensors" in what
