"""Random pipelines, run by each orchestrator: the files are those of `kedro run`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from shipway.model import Pipeline
from shipway.target import names
from tests.projects import KedroProject
from tests.proof.random_cases import GROUPINGS, collected, pipelines
from tests.proof.random_project import write_project
from tests.proof.runners import runner
from tests.written import persisted

pytestmark = pytest.mark.engine

COUNT = int(os.environ.get("SHIPWAY_SOAK_RUNS", "20"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
NAMES = [f"p{number}" for number in range(COUNT)]
PARAMETERS = {"alpha": 0.5, "model": {"depth": 3, "names": ["a", "{ b }"]}}

KEDRO_RUN = """
import sys
from pathlib import Path
from kedro.framework.cli.cli import KedroCLI

kedro = KedroCLI(project_path=Path.cwd())
for name in sys.argv[1:]:
    kedro(["run", f"--pipelines={name}"], standalone_mode=False)
"""
"""`kedro run` of many pipelines in one process: most of each would be its start."""


@pytest.fixture(scope="module")
def drawn() -> list[tuple[Pipeline, Mapping[str, str]]]:
    """So many pipelines that share no dataset but `free`."""
    every = st.tuples(*(pipelines(name, prefix=f"{name}_", most=4) for name in NAMES))
    found: list[tuple[Pipeline, Mapping[str, str]]] = list(collected(every, 3, SEED)[-1])
    return found


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Groupings by turns, and a store for every second."""
    held = {
        name: {
            "group_by": GROUPINGS[number % len(GROUPINGS)],
            "memory": ("fuse", "store")[number % 2],
        }
        for number, name in enumerate(NAMES)
    }
    return {"defaults": {"store": "data/store"}, "pipelines": held}


@pytest.fixture(scope="module")
def authored(
    drawn: list[tuple[Pipeline, Mapping[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What `kedro run` leaves behind, of all."""
    project = write_project(tmp_path_factory.mktemp("kedro"), drawn, PARAMETERS)
    _kedro_run(project, NAMES)
    return persisted(project)


def _kedro_run(project: KedroProject, pipelines: Sequence[str]) -> None:
    done = project.run("python", "-c", KEDRO_RUN, *pipelines)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("target", names())
def test_each_orchestrator_makes_what_kedro_run_makes(
    target: str,
    drawn: list[tuple[Pipeline, Mapping[str, str]]],
    settings: dict[str, Any],
    authored: dict[str, bytes],
    tmp_path: Path,
) -> None:
    project = write_project(tmp_path, drawn, PARAMETERS)
    runner(target)(project, settings, NAMES, tmp_path)
    shutil.rmtree(project.path / "data" / "store", ignore_errors=True)
    assert persisted(project) == authored
    assert len(authored) > COUNT


def test_control_another_parameter_makes_other_files(
    drawn: list[tuple[Pipeline, Mapping[str, str]]], authored: dict[str, bytes], tmp_path: Path
) -> None:
    project: KedroProject = write_project(tmp_path, drawn, {**PARAMETERS, "alpha": 0.6})
    _kedro_run(project, NAMES[:5])
    made = persisted(project)
    assert made.keys() <= authored.keys()
    assert any(authored[name] != content for name, content in made.items())
