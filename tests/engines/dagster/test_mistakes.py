"""What Dagster itself refuses as it loads a file, and what it lets pass: our rules find that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.dagster.mistakes import GOLDEN, MISTAKES, with_mistake
from tests.unit.dagster.pod_mistakes import POD_MISTAKES, pods_text, with_pod_mistake
from tests.unit.dagster.test_mistakes import BY_DAGSTER_ALONE

from .env import DagsterEnv

pytestmark = pytest.mark.engine

SCRIPT = Path(__file__).with_name("load_variants.py")
BY_DAGSTER_TOO = {
    *("an asset twice", "a key with a slash", "an empty key", "an op twice", "a reserved name"),
    *("a tag with a blank", "a tag with a long value", "the schedule of another job"),
    *("a job that is in no list", "a job with a blank", "assets that are in no list"),
    *("retries as text", "retries with a fraction", "no resource"),
}
"""What both find."""
BY_DAGSTER_OF_PODS: set[str] = {
    *("an unknown section", "an unknown field of a pod", "an unknown field of a container"),
    *("an unknown field of a volume", "an unknown field of the executor"),
    *("a job that is kept as text", "no pods at once", "a secret without a key"),
}
"""Likewise, at the latest as the job of a step is made."""


def test_dagster_refuses_what_is_left_to_it_and_takes_the_rest(dagster: DagsterEnv) -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    texts = {"as written": text} | {name: with_mistake(name, text) for name in MISTAKES}
    pods = pods_text()
    texts |= {"pods as written": pods} | {n: with_pod_mistake(n, pods) for n in POD_MISTAKES}
    outcome = dagster.run(dagster.home(), [SCRIPT], text=json.dumps(texts))
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    answers = json.loads(outcome.stdout)
    assert (answers.pop("as written"), answers.pop("pods as written")) == (None, None)
    refused = {name for name, why in answers.items() if why}
    assert refused == BY_DAGSTER_ALONE | BY_DAGSTER_TOO | BY_DAGSTER_OF_PODS, answers
