"""What ends a task, whether its node listens or not, and all that the task has started.

That is SIGTERM, and the death of the process that started the task.
"""

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

from .tasks import HERE, Tasks, own_project

STOPPED = 143
PATIENCE = 20.0
NODES = """
import ctypes
import os
import signal
import subprocess
import threading
import time
from pathlib import Path


def ready(process=0):
    Path("ready.part").write_text(str(process or os.getpid()))
    Path("ready.part").rename("ready")


def sleep():
    ready()
    time.sleep(100)


def lock():
    held = threading.Lock()
    held.acquire()
    ready()
    held.acquire()


def deaf():
    mutex = ctypes.create_string_buffer(256)
    libc = ctypes.CDLL(None)
    libc.pthread_mutex_lock(mutex)
    ready()
    libc.pthread_mutex_lock(mutex)  # no signal interrupts it


def greedy():
    ready()
    sum(range(10**12))  # C code that lets no other thread run


def stubborn():
    ready()
    while True:
        try:
            time.sleep(100)
        except Exception:
            pass


def deafer():
    ready()
    while True:
        try:
            time.sleep(100)
        except BaseException:
            pass


def finally_slow():
    try:
        ready()
        time.sleep(100)
    finally:
        time.sleep(100)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def quick():
    return "done"


def reads():
    print(f"read {input()!r}")


def parent():
    child = subprocess.Popen(["sleep", "100"])
    ready(child.pid)
    child.wait()


def leaver():
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    ready(child.pid)
    while True:
        try:
            time.sleep(100)
        except BaseException:
            pass


def grandparent():
    child = subprocess.Popen(["sh", "-c", "sleep 100 & echo $!; wait"], stdout=subprocess.PIPE)
    ready(int(child.stdout.readline()))
    child.wait()
"""
REGISTRY = """
names = "sleep lock deaf greedy deafer stubborn finally_slow parent grandparent killed".split()
names += ["quick", "reads", "leaver"]
return {"__default__": pipeline([node(getattr(f, n), None, n, name=n) for n in names])}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return Tasks(own_project(tmp_path_factory.mktemp("stop"), REGISTRY, nodes=NODES), HERE)


def stop(tasks: Tasks, node: str, **job: str) -> tuple[int, str]:
    """Start a task, stop it when its node is at work; return how it ended, and what that said."""
    ready = tasks.project.path / "ready"
    ready.unlink(missing_ok=True)
    job_file = tasks.project.write("job.json", json.dumps(tasks.told(node, **job)))
    with subprocess.Popen(
        [tasks.python, "-m", "shipway.runtime", "--job", job_file],
        cwd=tasks.project.path,
        env=tasks.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(ready, process)
            process.send_signal(signal.SIGTERM)
            return process.wait(timeout=10), ready.read_text()
        finally:
            process.kill()


def below(process: int) -> Iterator[int]:
    """Yield the processes that one has started, and theirs, from the top down."""
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from below(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_nothing_is_left_whichever_process_is_ended(
    project: Tasks, depth: int, number: signal.Signals
) -> None:
    """The node heeds no signal, and what it has started has a session of its own."""
    ready = project.project.path / "ready"
    ready.unlink(missing_ok=True)
    with settings(project, "leaver") as process:
        wait_for(ready, process)
        others = list(below(process.pid))
        assert len(others) == 3, "the control: two of the runtime, and what the node has started"
        os.kill([process.pid, *others][depth], number)
        for each in others:
            check_gone(each)
        assert process.wait(timeout=10) != 0


STARTER = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:], stderr=-1, stdout=-1))"


@pytest.mark.parametrize("node", ["sleep", "deaf", "greedy", "deafer", "parent", "grandparent"])
def test_it_ends_when_what_has_started_it_is_killed(project: Tasks, node: str) -> None:
    """As a worker is for want of memory; the pipe that it read has no other end by then."""
    ready = project.project.path / "ready"
    ready.unlink(missing_ok=True)
    job = project.project.write("job.json", json.dumps(project.told(node)))
    with subprocess.Popen(
        [project.python, "-c", STARTER, project.python, "-m", "shipway.runtime", "--job", job],
        cwd=project.project.path,
        env=project.environ(),
    ) as starter:
        wait_for(ready, starter)
        time.sleep(1.5)  # longer than from one look to the next
        pid = int(ready.read_text())
        assert is_alive(pid), "the control: as long as its starter lives, it goes on"
        starter.kill()
    check_gone(pid)


@pytest.mark.parametrize("node", ["sleep", "deafer", "grandparent"])
def test_it_ends_when_its_time_is_over(project: Tasks, node: str) -> None:
    ready = project.project.path / "ready"
    ready.unlink(missing_ok=True)
    outcome = project.attempt(node, timeout=4)
    assert (outcome.code, outcome.output.splitlines()[-1]) == (
        124,
        "ERROR shipway: not done within 4 s",
    )
    check_gone(int(ready.read_text()))


def test_control_a_task_that_is_done_in_time_has_succeeded(project: Tasks) -> None:
    assert project.run("quick", timeout=30).output.find("not done") == -1


@pytest.mark.parametrize("node", ["sleep", "deafer", "grandparent"])
def test_it_ends_when_standard_input_does(project: Tasks, node: str) -> None:
    """Nodes have an empty one: what is written to it is nobody's."""
    ready = project.project.path / "ready"
    ready.unlink(missing_ok=True)
    with settings(project, node) as process:
        assert process.stdin
        wait_for(ready, process)
        time.sleep(1.5)  # longer than from one look to the next
        assert process.poll() is None, "the control: as long as it is open, it goes on"
        process.stdin.close()
        assert process.wait(timeout=10) == STOPPED
    check_gone(int(ready.read_text()))


def test_a_node_finds_standard_input_empty(project: Tasks) -> None:
    with settings(project, "reads") as process:
        assert process.stdin
        process.stdin.write(b"words")
        process.stdin.flush()
        assert process.wait(timeout=20) == 1
        assert process.stdout
        assert b"EOFError" in process.stdout.read()


@contextmanager
def settings(tasks: Tasks, node: str) -> Iterator[subprocess.Popen[bytes]]:
    """A task that goes on while its standard input is open."""
    job = json.dumps(tasks.told(node, until_stdin_ends=True))
    with subprocess.Popen(
        [tasks.python, "-m", "shipway.runtime"],
        cwd=tasks.project.path,
        env={**tasks.environ(), "SHIPWAY_JOB": job},
        stdin=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not file.exists():
        assert process.poll() is None, f"the task ended by itself with {process.returncode}"
        assert time.monotonic() < end, "the node did not start"
        time.sleep(0.02)


def check_gone(process: int) -> None:
    """It has ended, even if nobody has asked how."""
    end = time.monotonic() + PATIENCE
    while is_alive(process):
        assert time.monotonic() < end, f"the process {process} lives on"
        time.sleep(0.02)


def is_alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    try:
        os.kill(process, 0)
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize(
    "node", ["sleep", "lock", "deaf", "greedy", "deafer", "stubborn", "finally_slow"]
)
def test_it_ends_a_node_that_waits(project: Tasks, node: str) -> None:
    assert stop(project, node)[0] == STOPPED


@pytest.mark.parametrize("runner", ["ThreadRunner", "ParallelRunner"])
def test_it_ends_a_node_in_a_thread_or_another_process(project: Tasks, runner: str) -> None:
    assert stop(project, "sleep", runner=runner)[0] == STOPPED


@pytest.mark.parametrize("node", ["parent", "grandparent"])
def test_it_ends_what_a_node_has_started(project: Tasks, node: str) -> None:
    code, child = stop(project, node)
    assert code == STOPPED
    check_gone(int(child))


def test_no_alarm_rings_while_python_ends(project: Tasks) -> None:
    """Nobody would handle it by then, and it would end the process as if it had failed."""
    code = (
        "import os, signal\n"
        "from shipway.runtime.stop import Limits, run_in_child\n"
        "run_in_child(lambda: os._exit(0), Limits(starter=os.getppid()), 'task', [])\n"
        "print(signal.getitimer(signal.ITIMER_REAL))\n"
    )
    outcome = project.project.run("python", "-c", code)
    assert outcome.stdout.strip() == "(0.0, 0.0)", outcome.stderr


def test_a_task_that_is_killed_says_so(project: Tasks) -> None:
    outcome = project.attempt("killed")
    assert outcome.code == 128 + signal.SIGKILL
    assert outcome.output.splitlines()[-1] == "ERROR shipway: the task was killed (SIGKILL)"


def test_it_does_so_on_each_kedro(any_kedro: Path, tmp_path: Path) -> None:
    tasks = Tasks(own_project(tmp_path, REGISTRY, nodes=NODES), any_kedro)
    code, child = stop(tasks, "parent")
    assert code == STOPPED
    check_gone(int(child))
