"""A project on the oldest supported Kedro: exported there, and run from Airflow there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project
from tests.written import written

from .env import AirflowEnv
from .exported import load, nodes_of, run

pytestmark = pytest.mark.engine

# The environment has Kedro and nothing else, so the project brings its own dataset.
NODES = """
import json
from pathlib import Path

from kedro.io import AbstractDataset


class JSONFile(AbstractDataset):
    def __init__(self, filepath, metadata=None):
        self.path = Path(filepath)

    def load(self):
        return json.loads(self.path.read_text())

    def save(self, data):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(data))

    def _describe(self):
        return {"path": str(self.path)}


def first(value):
    return [value]


def second(values, more):
    return [*values, more]
"""
REGISTRY = """
both = pipeline([
    node(f.first, "params:model.rate", "one", name="first"),
    node(f.second, ["one", "params:name"], "two", name="second"),
])
return {"__default__": both, "front": both.only_nodes("first")}
"""


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    result = make_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        package="oldest_kedro",
        parameters={"model": {"rate": 0.5}, "name": "x"},
    )
    entries = {
        name: {"type": "oldest_kedro.functions.JSONFile", "filepath": f"data/{name}.json"}
        for name in ("one", "two")
    }
    result.write("conf/base/catalog.yml", json.dumps(entries))
    return result


def test_exported_and_run_on_the_oldest_kedro(
    oldest: Path, airflow3: AirflowEnv, project: KedroProject
) -> None:
    folder = artifact(oldest, project, "defaults: {retries: 1, retry_delay: 1s}")
    assert nodes_of(load(folder, airflow3)) == {"first": ("first",), "second": ("second",)}
    hard = "a=b, {{ c }} 'ü' ${y}"
    # The Python is in no `.venv`: the worker's environment says where.
    env = {"OLDEST_KEDRO_PYTHON": str(oldest)}
    result = run(project, airflow3, folder, {"model.rate": 1.5, "name": hard}, env=env)
    assert result.state == "success", result.output
    assert json.loads(written(project)["two.json"]) == [1.5, hard]
    nowhere = run(project, airflow3, folder)
    assert nowhere.state == "failed"
    places = "targets.airflow.python (in deploy.yml) or OLDEST_KEDRO_PYTHON to its path"
    assert nowhere.output.count(places) == 1, "it is tried once, whatever the settings say"


def test_plain_kedro_run_on_the_oldest_kedro(
    oldest: Path, airflow3: AirflowEnv, project: KedroProject
) -> None:
    folder = artifact(oldest, project, "defaults: {run_with: kedro, retries: 1}")
    env = {"OLDEST_KEDRO_PYTHON": str(oldest)}
    values = {"model.rate": 1.5, "name": "a=b, {{ c }} 'ü'"}
    result = run(project, airflow3, folder, values, env=env)
    assert result.state == "success", result.output
    assert json.loads(written(project)["two.json"]) == [1.5, "a=b, {{ c }} 'ü'"]
    wrong = run(project, airflow3, folder, {"name": "${y}"}, env=env)
    assert wrong.state == "failed"
    assert "cannot be given a value with ${" in wrong.output


def artifact(oldest: Path, project: KedroProject, settings: str) -> Path:
    project.write("deploy.yml", f"{settings}\n")
    words = ["export", "airflow", "--settings", "deploy.yml", "-o", "dags"]
    process = subprocess.run(
        [oldest, "-m", "shipway", *words],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return project.path / "dags"
