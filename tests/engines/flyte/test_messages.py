"""Messages that random pipelines do not have: e-mails, and the input for the time of a start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.files import write
from tests.unit.exporters.test_flyte import artifact

from .env import Flyte

pytestmark = pytest.mark.engine

CONTENT: dict[str, Any] = {
    "schedule": {"cron": "0 6 * * *"},
    "run_parameters": {"p": "logical_date"},
    "notify": {
        "on_failure": [{"email": ["ann@acme.example", "bob@acme.example"]}],
        "on_success": [{"email": ["eve@acme.example"]}],
    },
}


def test_people_hear_of_a_run_s_end_and_a_run_of_its_time(flyte: Flyte, tmp_path: Path) -> None:
    write(artifact(**CONTENT).files, tmp_path)
    (plan,) = flyte.describe(tmp_path / "shop_workflow.py")["LaunchPlan"]
    metadata = plan["spec"]["entityMetadata"]
    assert [(n["phases"], n["email"]["recipientsEmail"]) for n in metadata["notifications"]] == [
        (["FAILED", "TIMED_OUT"], ["ann@acme.example", "bob@acme.example"]),
        (["SUCCEEDED"], ["eve@acme.example"]),
    ]
    argument = metadata["schedule"]["kickoffTimeInputArg"]
    parameter = plan["spec"]["defaultInputs"]["parameters"][argument]
    assert parameter["var"]["type"] == {"simple": "DATETIME"}
