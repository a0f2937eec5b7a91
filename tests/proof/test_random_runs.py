"""Random pipelines, run by each orchestrator: the files are those of `kedro run`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
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
    for name in NAMES:
        done = project.run("python", "-m", "kedro", "run", f"--pipelines={name}")
        assert done.returncode == 0, done.stdout + done.stderr
    return persisted(project)


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
    for name in NAMES[:5]:
        project.run("python", "-m", "kedro", "run", f"--pipelines={name}")
    made = persisted(project)
    assert made.keys() <= authored.keys()
    assert any(authored[name] != content for name, content in made.items())
