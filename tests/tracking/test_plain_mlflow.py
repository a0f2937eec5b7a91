"""MLflow in a project's own hooks and nodes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from .processes import PACKAGE, Tasks, tracked_project

pytestmark = pytest.mark.engine

HOOKS = '''
import os
import time
from pathlib import Path

import mlflow
from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def before_pipeline_run(self, run_params):
        START

    @hook_impl
    def after_node_run(self, node, outputs):
        mlflow.log_metric(node.name, 1)


def all_here():
    """All search before one of them creates."""
    mlflow.search_experiments()
    mlflow.MlflowClient.search_runs = slow(mlflow.MlflowClient.search_runs)
    here = Path("here")
    here.mkdir(exist_ok=True)
    (here / os.environ["SHIPWAY_TASK"]).touch()
    end = time.monotonic() + 120
    while len(list(here.iterdir())) < 6 and time.monotonic() < end:
        time.sleep(0.01)


def slow(search):
    def searched(*args, **options):
        found = search(*args, **options)
        time.sleep(0.5)
        return found

    return searched
'''
SETTINGS = """
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-mlflow", "kedro_mlflow")
"""
WITH_HOOKS = f"""{SETTINGS}
from {PACKAGE}.hooks import Hooks

HOOKS = (Hooks(),)
"""
NODES = """
import time
from pathlib import Path

import mlflow


def plain():
    return 1


def wait():
    Path("waits").touch()
    while not Path("go").exists():
        time.sleep(0.05)
    return 1


def fragile():
    if Path("broken").exists():
        raise RuntimeError("it is broken")
    return 1


def implicit():
    mlflow.log_param("nodes", "alike")
    mlflow.log_metric("implicit", 1)
    return 1


def explicit():
    with mlflow.start_run(run_name="own"):
        mlflow.log_metric("explicit", 1)
    return 1
"""


def nodes(*functions: str) -> str:
    """A pipeline of nodes that wait for none: `a1` runs the function `a`."""
    result = [f'node(f.{name.rstrip("0123456789")}, None, "{name}_out", name="{name}")'
            for name in functions]  # fmt: skip
    return f'return {{"__default__": pipeline([{", ".join(result)}])}}'


@pytest.fixture
def make(tmp_path: Path, python: Path, store: str) -> Iterator[Any]:
    def result(*functions: str, start: str | None = None) -> Tasks:
        settings = WITH_HOOKS if start else SETTINGS
        project = tracked_project(tmp_path, NODES, nodes(*functions), settings=settings)
        body = dedent(start or "").strip().replace("\n", "\n        ")
        project.write(f"src/{PACKAGE}/hooks.py", HOOKS.replace("START", body))
        return Tasks(project, python, store, {}, {"MLFLOW_TRACKING_URI": store})

    yield result
    (tmp_path / PACKAGE / "go").touch()  # no task waits for ever after a test that failed


def test_a_hook_that_logs_what_differs_among_tasks(make: Any) -> None:
    """The hook sets up everything when it runs, and logs the name of the task."""
    tasks = make(
        "plain1",
        "plain2",
        start="""
        mlflow.set_experiment("named")
        mlflow.start_run(run_name=run_params["run_id"], tags={"team": "energy"})
        mlflow.log_params(run_params)
        mlflow.log_param("task", __import__("os").environ["SHIPWAY_TASK"])
        with mlflow.start_run(run_name="nested", nested=True):
            mlflow.log_param("is_nested", True)
        """,
    )
    tasks.run("plain1")
    output = tasks.run("plain2")
    assert "MLflow keeps `task`" in output
    run, *inner = tasks.runs()
    assert run.metrics == {"plain1": 1, "plain2": 1}
    assert (run.experiment, run.status) == ("named", "FINISHED")
    assert run.name == run.params["run_id"] == run.tags["shipway.version"]
    assert (run.params["task"], run.params["node_names"]) == ("plain1", "()")
    assert run.tags["team"] == "energy"
    assert [child.tags["mlflow.parentRunId"] for child in inner] == [run.id, run.id]


def test_six_that_start_at_the_same_moment_are_one_run(make: Any) -> None:
    """They meet in the hook, and then all find that there is no run yet."""
    names = [f"plain{number}" for number in range(6)]
    tasks = make(*names, start="all_here()\nmlflow.start_run()")
    tasks.run_at_once(*names)
    (run,) = tasks.runs()
    assert run.metrics == dict.fromkeys(names, 1)
    assert (run.name, run.status, run.tasks) == ("flow/manual__1", "FINISHED", {})
    assert len(tasks.all_runs()) == 6, "a control: each was a rival"


def test_the_status_is_that_of_all_tasks(make: Any) -> None:
    tasks = make("wait", "fragile", start="mlflow.start_run()")
    folder = tasks.project.path
    (folder / "broken").touch()
    waiting = tasks.start("wait")
    waiting.comes_to(folder / "waits")
    code, output = tasks.start("fragile").end()
    assert code == 1, output
    assert _state(tasks) == ("FAILED", {"wait": "RUNNING", "fragile": "FAILED"})

    (folder / "go").touch()
    assert waiting.end()[0] == 0
    assert _state(tasks) == ("FAILED", {"fragile": "FAILED"})

    (folder / "broken").unlink()
    tasks.run("fragile")
    assert _state(tasks) == ("FINISHED", {})


def test_a_task_that_is_stopped_leaves_it_killed(make: Any) -> None:
    tasks = make("wait", "plain", start="mlflow.start_run()")
    folder = tasks.project.path
    stop_result = tasks.start("wait")
    stop_result.comes_to(folder / "waits")
    tasks.run("plain")
    assert _state(tasks) == ("RUNNING", {"wait": "RUNNING"})
    stop_result.process.send_signal(signal.SIGTERM)
    code, output = stop_result.end()
    assert code == 143, output
    assert _state(tasks) == ("KILLED", {"wait": "KILLED"})


def _state(tasks: Tasks) -> tuple[str, dict[str, str]]:
    (run,) = tasks.runs()
    return run.status, run.tasks


def test_what_nodes_start_is_theirs_and_what_mlflow_starts_is_shared(make: Any) -> None:
    tasks = make("implicit1", "implicit2", "explicit1", "explicit2")
    for node in "implicit1", "explicit1", "implicit2", "explicit2":
        tasks.run(node)
    assert sorted((run.name, dict(run.params)) for run in tasks.runs()) == [
        ("flow/manual__1", {"nodes": "alike"}),
        ("own", {}),
        ("own", {}),
    ]


def test_a_store_that_is_gone_does_not_change_how_a_task_ends(make: Any) -> None:
    """It goes after the last that the hooks have to say."""
    absence = "mlflow.tracking.MlflowClient.get_run = lambda *args: 1 / 0"
    tasks = make("plain", start=f"mlflow.start_run()\nmlflow.log_metric('m', 1)\n{absence}")
    output = tasks.run("plain")
    assert "MLflow was not told that the task ended as FINISHED" in output


def test_without_mlflow_none_is_imported(tmp_path: Path) -> None:
    """An MLflow that the project could import breaks whoever does."""
    project = tracked_project(
        tmp_path,
        "import sys\n\n\ndef plain():\n    return print('loaded', 'mlflow' in sys.modules) or 1\n",
        nodes("plain"),
    )
    project.write("src/mlflow/__init__.py", "raise RuntimeError('MLflow is imported')\n")
    code, output = Tasks(project, Path(sys.executable), "").start("plain").end()
    assert code == 0, output
    assert "loaded False" in output
