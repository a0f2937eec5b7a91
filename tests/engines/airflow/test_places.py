"""Nodes that share places under several names do as in `kedro run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.places import expected, make_places, results

from .env import AirflowEnv
from .exported import export, run

pytestmark = pytest.mark.engine


def test_shared_places_hold_what_kedro_run_leaves(airflow3: AirflowEnv, tmp_path: Path) -> None:
    project = make_places(tmp_path)
    goal = expected(project)
    assert run(project, airflow3, export(project, airflow3)).state == "success"
    assert results(project) == goal
