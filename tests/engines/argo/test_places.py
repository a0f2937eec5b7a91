"""Nodes that share places under several names do as in `kedro run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.forks import Forks
from tests.places import expected, make_places, results

from .controller import run_workflow
from .exported import export, host_pods
from .substitutions import Run

pytestmark = pytest.mark.engine


def test_shared_places_hold_what_kedro_run_leaves(tmp_path: Path) -> None:
    project = make_places(tmp_path)
    goal = expected(project)
    with Forks(tmp_path) as forks:
        run_workflow(export(project)[0], Run(), host_pods(project, forks)).ok()
    assert results(project) == goal
