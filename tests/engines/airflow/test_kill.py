"""A task that is stopped leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engines.processes import is_alive
from tests.projects import KedroProject, make_project, text_file
from tests.written import written

from .env import AirflowEnv
from .exported import export, run, run_env
from .stack import AirflowStack, StackFactory

pytestmark = pytest.mark.engine

# The node's child shares the pipe, has a session of its own, and neither heeds SIGTERM. It writes
# more than a pipe holds, so that whoever stops reading holds it up.
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
    for _ in range(12_000):
        print("x" * 5_000, flush=True)
        time.sleep(0.05)
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


def slow(folder: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("slept", "end", "left")}
    product = make_project(folder, REGISTRY, nodes=SLOW, catalog=catalog)
    (product.path / "marks").mkdir()
    return product


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    return slow(tmp_path)


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """One whose tasks are ended from outside while they run."""
    return slow(tmp_path_factory.mktemp("watched"))


@pytest.fixture(scope="module")
def stack(airflow_stack: StackFactory, airflow3: AirflowEnv, subject: KedroProject) -> AirflowStack:
    env = run_env(subject) | {"MARKS": str(subject.path / "marks")}
    return airflow_stack(airflow3, export(subject, airflow3), env)


def test_a_time_out_kills_all_that_the_node_started(
    airflow: AirflowEnv, project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {
        "defaults": {
            "timeout": "20s",
            "env": {"MARKS": str(project.path / "marks")},
        }
    }
    folder = export(project, airflow, settings=content)
    outcome = run(project, airflow, folder)
    assert outcome.task_states["sleep"] == "failed", outcome.output
    assert outcome.task_states["after"] in ("upstream_failed", None)
    assert not _alive(project)
    assert written(project) == {}


def test_what_a_node_leaves_running_does_not_keep_its_task(
    airflow: AirflowEnv, project: KedroProject
) -> None:
    """It holds the pipe that the task reads, for 600 s."""
    content = {"defaults": {"env": {"MARKS": str(project.path / "marks")}}}
    folder = export(project, airflow, "--pipeline", "leaving", settings=content)
    outcome = run(project, airflow, folder, dag_id=f"{project.package}_leaving")
    assert outcome.task_states == {"leave": "success"}, outcome.output
    assert written(project) == {"left.txt": b"left"}
    assert not _alive(project)


def test_control_what_no_task_ends_goes_on(project: KedroProject) -> None:
    with Path(os.devnull).open("w") as nowhere:
        subprocess.run(
            [sys.executable, "-m", "kedro", "run", "--pipelines=leaving"],
            cwd=project.path,
            env=os.environ | {"MARKS": str(project.path / "marks")},
            stdout=nowhere,
            stderr=nowhere,
            check=True,
        )
    left = _alive(project)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == 2


def test_a_task_set_to_failed_leaves_no_process(stack: AirflowStack, subject: KedroProject) -> None:
    run_id, _ = _under_way(stack, subject)
    stack.mark_failed(subject.package, run_id, "sleep")
    _check_ended(stack, subject, run_id)


def test_a_task_whose_airflow_process_is_killed_leaves_no_process(
    stack: AirflowStack, subject: KedroProject
) -> None:
    run_id, node = _under_way(stack, subject)
    runtime = _parent(node)
    assert "shipway.runtime" in Path(f"/proc/{runtime}/cmdline").read_text()
    os.kill(_parent(runtime), signal.SIGKILL)
    _check_ended(stack, subject, run_id)


def _under_way(stack: AirflowStack, project: KedroProject) -> tuple[str, int]:
    """Start a run; return its id, and the process of the node that goes on in it."""
    pids = project.path / "marks" / "pids"
    pids.unlink(missing_ok=True)
    run_id = stack.trigger(project.package)
    end = time.monotonic() + 90
    while not pids.exists():
        assert time.monotonic() < end, stack.result(project.package, run_id)
        time.sleep(0.2)
    node, child = _alive(project)
    assert node != child
    return run_id, node


def _check_ended(stack: AirflowStack, project: KedroProject, run_id: str) -> None:
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


def _parent(pid: int) -> int:
    (line,) = re.findall(r"^PPid:\t(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(line)
