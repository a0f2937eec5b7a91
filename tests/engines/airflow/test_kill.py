"""A task that is stopped leaves no process behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.engines.processes import is_alive
from tests.projects import KedroProject, make_project, text_file
from tests.written import written

from .env import AirflowEnv
from .exported import export, run, run_env
from .stack import StackFactory

pytestmark = pytest.mark.engine

# The node's child shares the pipe, has a session of its own, and neither heeds SIGTERM.
SLOW = """
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def sleep():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True)
    marks = Path(os.environ["MARKS"])
    (marks / "pids.part").write_text(f"{os.getpid()} {child.pid}")
    (marks / "pids.part").rename(marks / "pids")
    time.sleep(600)
    return "never"


def after(text):
    return text


def leave():
    left = [
        subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=new)
        for new in (False, True)
    ]
    Path(os.environ["MARKS"], "pids").write_text(" ".join(str(each.pid) for each in left))
    return "left"
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.sleep, None, "slept", name="sleep"),
    node(f.after, "slept", "end", name="after"),
]), "leaving": pipeline([node(f.leave, None, "left", name="leave")])}
"""


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("slept", "end", "left")}
    made = make_project(tmp_path, REGISTRY, nodes=SLOW, catalog=catalog)
    (made.path / "marks").mkdir()
    return made


def test_a_time_out_kills_all_that_the_node_started(
    airflow: AirflowEnv, project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {
        "defaults": {
            "timeout": "20s",
            "env": {"MARKS": str(project.path / "marks")},
        }
    }
    folder = export(project, airflow, settings=held)
    done = run(project, airflow, folder)
    assert done.task_states["sleep"] == "failed", done.output
    assert done.task_states["after"] in ("upstream_failed", None)
    assert not _alive(project)
    assert written(project) == {}


def test_what_a_node_leaves_running_does_not_keep_its_task(
    airflow: AirflowEnv, project: KedroProject
) -> None:
    """It holds the pipe that the task reads, for 600 s."""
    held = {"defaults": {"env": {"MARKS": str(project.path / "marks")}}}
    folder = export(project, airflow, "--pipeline", "leaving", settings=held)
    done = run(project, airflow, folder, dag_id=f"{project.package}_leaving")
    assert done.task_states == {"leave": "success"}, done.output
    assert written(project) == {"left.txt": b"left"}
    assert not _alive(project)


def test_a_task_set_to_failed_leaves_no_process(
    airflow3: AirflowEnv, airflow_stack: StackFactory, project: KedroProject
) -> None:
    folder = export(project, airflow3)
    env = run_env(project) | {"MARKS": str(project.path / "marks")}
    stack = airflow_stack(airflow3, folder, env)
    run_id = stack.trigger(project.package)
    end = time.monotonic() + 90
    while not (project.path / "marks" / "pids").exists():
        assert time.monotonic() < end, stack.result(project.package, run_id)
        time.sleep(0.2)
    assert len(_alive(project)) == 2
    stack.mark_failed(project.package, run_id, "sleep")
    result = stack.wait(project.package, run_id)
    assert result.state == "failed"
    assert result.tasks["after"].state == "upstream_failed"
    end = time.monotonic() + 10
    while _alive(project) and time.monotonic() < end:
        time.sleep(0.2)
    assert not _alive(project)


def _alive(project: KedroProject) -> list[int]:
    """Which of the processes that the node noted still run."""
    pids = map(int, (project.path / "marks" / "pids").read_text().split())
    return [pid for pid in pids if is_alive(pid)]
