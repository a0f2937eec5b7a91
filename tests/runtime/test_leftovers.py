"""What a node has started ends with its task, also in a session of its own or without a parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .tasks import HERE, Tasks, entry, own_project
from .test_stop import check_gone, is_alive, wait_for

NODES = """
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"


def note(*pids):
    Path("ready.part").write_text(" ".join(map(str, pids)))
    Path("ready.part").rename("ready")


def session():
    return [subprocess.Popen(["sleep", "300"], start_new_session=True).pid]


def deaf():
    child = subprocess.Popen([sys.executable, "-c", DEAF], start_new_session=True)
    time.sleep(0.5)
    return [child.pid]


def daemon():
    # Forked twice, so that nobody is its parent.
    read, write = os.pipe()
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.write(write, str(os.getpid()).encode())
            time.sleep(300)
        os._exit(0)
    os.wait()
    return [int(os.read(read, 20))]


def make(kind, then):
    pids = globals()[kind]()
    note(os.getpid(), *pids)
    if then == "fail":
        raise ValueError("no")
    if then == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if then == "wait":
        time.sleep(300)
    if then == "slow":
        try:
            time.sleep(300)
        finally:
            time.sleep(2.2)
    while then == "stay":
        try:
            time.sleep(300)
        except BaseException:
            pass
    return "made"
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.make, ["params:kind", "params:then"], "made", name="make")
])}
"""
ENDS = {"return": 0, "fail": 1, "die": 128 + signal.SIGKILL}


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return leaving(tmp_path_factory.mktemp("leftovers"), HERE)


def leaving(folder: Path, python: Path) -> Tasks:
    catalog = {"made": entry("Plain", "made.json")}
    parameters = {"kind": "", "then": ""}
    project = own_project(folder, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    return Tasks(project, python)


def pids(tasks: Tasks) -> list[int]:
    return [int(pid) for pid in (tasks.project.path / "ready").read_text().split()]


def check_left_behind(tasks: Tasks, kind: str, then: str) -> None:
    """`attempt` reads the pipe to its end, so it would wait for what holds it."""
    outcome = tasks.attempt("make", params={"kind": kind, "then": then})
    assert outcome.code == ENDS[then], outcome.output
    for pid in pids(tasks):
        check_gone(pid)


@pytest.mark.parametrize(
    ("kind", "then"),
    [("session", "fail"), ("deaf", "return"), ("daemon", "return"), ("daemon", "die")],
)
def test_it_ends_however_the_node_does(tasks: Tasks, kind: str, then: str) -> None:
    check_left_behind(tasks, kind, then)


def test_it_does_so_on_each_kedro(any_kedro: Path, tmp_path: Path) -> None:
    check_left_behind(leaving(tmp_path, any_kedro), "daemon", "return")


@contextmanager
def waiting(
    tasks: Tasks, kind: str, *before: str, then: str = "wait"
) -> Iterator[subprocess.Popen[bytes]]:
    """A task whose node has started something and waits."""
    ready = tasks.project.path / "ready"
    ready.unlink(missing_ok=True)
    message = tasks.told("make", params={"kind": kind, "then": then})
    job = tasks.project.write("job.json", json.dumps(message))
    words = [*before, str(tasks.python), "-m", "shipway.runtime", "--job", str(job)]
    with subprocess.Popen(
        words,
        cwd=tasks.project.path,
        env=tasks.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            wait_for(ready, process)
            assert all(map(is_alive, pids(tasks))), "the control: they run"
            yield process
        finally:
            process.kill()
            for pid in pids(tasks):
                if is_alive(pid):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def hangup_as_usual() -> Iterator[None]:
    """Below `nohup` the signal is ignored, and a process inherits that (signal(7))."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("kind", "number"),
    [("session", signal.SIGINT), ("deaf", signal.SIGHUP), ("daemon", signal.SIGTERM)],
)
def test_it_ends_when_the_task_is_told_to(
    tasks: Tasks, kind: str, number: int, hangup_as_usual: None
) -> None:
    with waiting(tasks, kind) as process:
        process.send_signal(number)
        output = process.communicate(timeout=60)[0]
        assert process.returncode == 128 + number, output
        assert output.splitlines()[-1] == b"shipway: stopped"
        for pid in pids(tasks):
            check_gone(pid)


@pytest.mark.parametrize("then", ["stay", "slow"])
def test_it_ends_before_the_task_is_killed_3_seconds_after_it_was_told_to(
    tasks: Tasks, then: str
) -> None:
    """So do the emitted tasks with a whole group, which has no power over another session."""
    with waiting(tasks, "deaf", "setsid", then=then) as process:
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(3)
        os.killpg(process.pid, signal.SIGKILL)
        for pid in pids(tasks):
            check_gone(pid)


@pytest.mark.parametrize("kind", ["deaf", "daemon"])
def test_it_ends_when_what_has_started_the_task_is_killed(tasks: Tasks, kind: str) -> None:
    code = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
    with waiting(tasks, kind, str(HERE), "-c", code) as starter:
        starter.kill()
        for pid in pids(tasks):
            check_gone(pid)


def test_the_work_ends_when_the_one_that_waits_for_it_is_killed(tasks: Tasks) -> None:
    with waiting(tasks, "session") as process:
        process.kill()
        check_gone(pids(tasks)[0])


def test_a_child_that_ends_may_be_ignored_by_what_starts_the_task(tasks: Tasks) -> None:
    """An ignored SIGCHLD is inherited; then no process can wait for its children."""
    job = tasks.project.write("job.json", json.dumps(tasks.told("make", params=PARAMS)))
    code = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    code += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    outcome = tasks.call("-c", code, "-m", "shipway.runtime", "--job", str(job))
    assert outcome.code == 0, outcome.output
    assert "Traceback" not in outcome.output


PARAMS = {"kind": "session", "then": "return"}
