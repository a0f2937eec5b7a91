"""What Prefect itself says to the mistakes that our rules find: mostly nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shipway.settings.units import CRON
from tests.unit.exporters.prefect_mistakes import MISTAKES, good

from .env import PrefectEnv

pytestmark = pytest.mark.engine

SCRIPT = Path(__file__).parent / "read_documents.py"
CRONS = ("0 6 * * *", "*/15 0-6,12 1,15 jan-mar 1-5", "0 0 * * 7", "0 0 * * SUN", "5/10 * * * *")


def words(prefect: PrefectEnv, documents: list[Any]) -> list[str | None]:
    process = subprocess.run(
        [prefect.python, SCRIPT],
        env=prefect.variables(prefect.home()),
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=True,
    )
    result: list[str | None] = json.loads(process.stdout)
    return result


def test_prefect_takes_the_good_document(prefect: PrefectEnv) -> None:
    assert words(prefect, [good()]) == [None]


def test_prefect_lets_most_mistakes_through_in_silence(prefect: PrefectEnv) -> None:
    answers = words(prefect, [mistake.document for mistake in MISTAKES])
    silent = sum(answer is None for answer in answers)
    print(f"{silent} of {len(MISTAKES)}")
    assert len(MISTAKES) / 2 < silent
    assert silent < len(MISTAKES), "the control: Prefect does look at the documents"


def test_prefect_takes_each_cron_expression_that_the_settings_take(prefect: PrefectEnv) -> None:
    documents = []
    for cron in CRONS:
        assert CRON.read(cron, (), []) is not None, cron
        document = good()
        document["deployments"][0]["schedules"][0]["cron"] = cron
        documents.append(document)
    assert words(prefect, documents) == [None] * len(CRONS)
