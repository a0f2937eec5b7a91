"""kedro-mlflow in tasks: one MLflow run, and in it what `kedro run` logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .processes import Tasks, tracked_project

pytestmark = pytest.mark.engine

NODES = """
import mlflow


def load(seed):
    mlflow.log_metric("rows", 7)
    return seed


def left(raw, alpha):
    mlflow.log_metric("left", raw * alpha)
    return raw * alpha


def right(raw, beta):
    mlflow.log_metric("right", raw * beta)
    return raw * beta


def score(one, other, gamma):
    return one + other + gamma
"""
REGISTRY = """
load = node(f.load, "params:seed", "raw", name="load")
left = node(f.left, ["raw", "params:alpha"], "one", name="left")
right = node(f.right, ["raw", "params:beta"], "other", name="right")
score = node(f.score, ["one", "other", "params:gamma"], "score", name="score")
return {"__default__": pipeline([load, left, right, score]), "start": pipeline([load])}
"""
CATALOG = {"score": {"type": "kedro_mlflow.io.metrics.MlflowMetricDataset"}}
PARAMETERS = {"seed": 2, "alpha": 3, "beta": 5, "gamma": 1}
STORED = {"stored": ["raw", "one", "other"]}
PARAMS = {"seed": "2", "alpha": "3", "beta": "5", "gamma": "1"}
METRICS = {"rows": 7, "left": 6, "right": 10, "score": 17}


@pytest.fixture
def tasks(tmp_path: Path, python: Path, store: str) -> Tasks:
    project = tracked_project(tmp_path, NODES, REGISTRY, catalog=CATALOG, parameters=PARAMETERS)
    return Tasks(project, python, store, STORED, {"MLFLOW_TRACKING_URI": store})


def run_all(tasks: Tasks, **more: Any) -> None:
    """One run of an orchestrator; each task loads the smallest pipeline that it can."""
    tasks.run("load", pipeline="start", **more)
    tasks.run_at_once("left", "right", **more)
    tasks.run("score", **more)


def test_a_run_is_one_mlflow_run_and_the_next_another(tasks: Tasks) -> None:
    run_all(tasks)
    run_all(tasks, run_id="manual__2", params={"gamma": 4})
    tasks.kedro("run")
    first, second, by_kedro = tasks.runs()
    assert (dict(first.params), dict(first.metrics)) == (PARAMS, METRICS)
    assert second.params == {**PARAMS, "gamma": "4"}
    assert second.metrics == {**METRICS, "score": 20}
    assert (first.params, first.metrics) == (by_kedro.params, by_kedro.metrics)
    for run in first, second, by_kedro:
        assert (run.name, run.status, run.experiment) == ("__default__", "FINISHED", "tracked")
    assert [run.tags.get("shipway.run") for run in (first, second, by_kedro)] == [
        "flow/manual__1",
        "flow/manual__2",
        None,
    ]
    assert first.tasks == {}
    assert len(tasks.all_runs()) == 3, "no task was in another's way"


def test_control_without_it_each_task_is_a_run(tasks: Tasks) -> None:
    for node in "load", "left":
        tasks.run(node, env={"SHIPWAY_MLFLOW": "0"})
    runs = tasks.runs()
    assert [dict(run.params) for run in runs] == [{"seed": "2"}, {"alpha": "3"}]
    assert not any(key.startswith("shipway.") for run in runs for key in run.tags)


def test_a_store_of_files_and_settings_of_its_own(tmp_path: Path, python: Path, store: str) -> None:
    """The experiment and the name are the project's; the store is kedro-mlflow's default."""
    project = tracked_project(tmp_path, NODES, REGISTRY, catalog=CATALOG, parameters=PARAMETERS)
    project.write(
        "conf/base/mlflow.yml",
        """\
        tracking:
          experiment: {name: named}
          run: {name: nightly}
        """,
    )
    files = (project.path / "mlruns").as_uri()
    allowed = {"MLFLOW_ALLOW_FILE_STORE": "true"}
    tasks = Tasks(project, python, files, STORED, allowed)
    run_all(tasks)
    (run,) = tasks.runs()
    assert (dict(run.params), dict(run.metrics)) == (PARAMS, METRICS)
    assert (run.name, run.status, run.experiment) == ("nightly", "FINISHED", "named")


def test_a_run_that_the_user_names_by_its_id_is_his_own(tasks: Tasks) -> None:
    tasks.run("load", env={"SHIPWAY_MLFLOW": "0"})
    (own,) = tasks.runs()
    tasks.run("left", env={"MLFLOW_RUN_ID": own.id})
    tasks.project.write("conf/base/mlflow.yml", f"tracking: {{run: {{id: {own.id}}}}}\n")
    tasks.run("right")
    (same,) = tasks.runs()
    assert same.id == own.id
    assert same.params == {"seed": "2", "alpha": "3", "beta": "5"}
    assert not any(key.startswith("shipway.") for key in same.tags)


def test_a_value_that_was_mended_does_not_stop_a_retry(tasks: Tasks) -> None:
    tasks.run("load")
    tasks.run("load")
    output = tasks.run("load", params={"seed": 3})
    assert "MLflow keeps `seed`" in output
    (run,) = tasks.runs()
    assert (run.params, run.status) == ({"seed": "2"}, "FINISHED")
