"""Jobs as deployments of one flow, on a real server, run by a worker at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.exports import Export, export_all
from tests.projects import KedroProject
from tests.proof.jobs import RUNS, SETTINGS, by_kedro, made, project_of_jobs

from .env import PrefectEnv
from .exported import run_env
from .server import PrefectServer

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return project_of_jobs(tmp_path_factory.mktemp("jobs"))


@pytest.fixture(scope="module")
def deployed(prefect: PrefectEnv, project: KedroProject) -> Iterator[tuple[PrefectServer, str]]:
    """A server with the jobs that share a flow, a worker, and the flow's name."""
    folder = project.path / "deploy" / "prefect"
    options = {"python": sys.executable}
    export = Export(project=project, runs=RUNS, settings=SETTINGS)
    (artifacts,) = export_all([export], "prefect", options, folder)
    file = artifacts["es"].file("prefect.yaml")
    assert artifacts["p_t"].files == artifacts["es"].files
    with PrefectServer(prefect) as server:
        server.deploy(file, project.path)
        server.start_worker(run_env(project) | {"MEETING": "2"})
        yield server, artifacts["es"].name


def test_two_jobs_at_once_make_what_kedro_run_makes(
    deployed: tuple[PrefectServer, str], project: KedroProject, tmp_path: Path
) -> None:
    server, flow = deployed
    names = [f"{flow}/{project.package}_{job}" for job in ("es", "p_t")]
    runs = [server.trigger(name) for name in names]
    assert [server.wait(run).state for run in runs] == ["COMPLETED"] * 2
    own = {name: x for name, x in by_kedro(tmp_path).items() if name[:2] in ("es", "pt")}
    assert made(project) == own


def test_a_run_by_hand_sets_one_parameter_and_keeps_the_others(
    deployed: tuple[PrefectServer, str], project: KedroProject
) -> None:
    server, flow = deployed
    folder = project.path / "data" / "meeting"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nobody").touch()
    run = server.trigger(f"{flow}/{project.package}_es", {"country": "xy"})
    assert server.wait(run).state == "COMPLETED"
    (file,) = (project.path / "data" / "xy" / "model.txt").glob("*/model.txt")
    assert file.read_text(encoding="utf-8") == repr(
        ("xy", {"alpha": 4, "beta": 2, "name": "plain", "note": "set"}, "of xy")
    )


def test_control_without_its_parameters_a_deployment_makes_something_else(
    deployed: tuple[PrefectServer, str], project: KedroProject
) -> None:
    server, flow = deployed
    name = f"{flow}/{project.package}_es"
    server.call("PATCH", f"/deployments/{server.deployment(name)['id']}", {"parameters": {}})
    assert server.wait(server.trigger(name)).state == "COMPLETED"
    assert (project.path / "data" / "nowhere").is_dir()
