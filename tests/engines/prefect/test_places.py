"""Nodes that share places under several names do as in `kedro run`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.places import expected, make_places, results

from .env import PrefectEnv
from .exported import export, run

pytestmark = pytest.mark.engine


def test_shared_places_hold_what_kedro_run_leaves(prefect: PrefectEnv, tmp_path: Path) -> None:
    project = make_places(tmp_path)
    goal = expected(project)
    # The Python is in no `.venv`: the worker's environment says where.
    flow = export(project, options={"python": None}) / project.package / "flow.py"
    variable = f"{project.package.upper()}_PYTHON"
    process = run(prefect, project, flow, env={variable: sys.executable})
    assert process.code == 0, process.output
    assert results(project) == goal
    nowhere = run(prefect, project, flow)
    assert nowhere.code == 1
    places = f"set targets.prefect.python (in deploy.yml) or {variable} to its path, or have"
    assert places in nowhere.output, nowhere.output
