"""`shipway.runtime` as a container's first process, which nobody cleans up after."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.containers import IMAGE

from tests.containers.podman import Podman

from .tasks import CREATED, PACKAGE, entry, own_project

pytestmark = pytest.mark.engine

NAME = "first-process"
PATIENCE = 60.0
GRACE = 9
"""Seconds from SIGTERM to SIGKILL, less than Docker and Kubernetes wait by themselves."""
NODES = """
import signal
import subprocess
import time
from pathlib import Path

DAEMON = "trap 'touch data/ended; exit' TERM; touch data/started; while :; do sleep 0.05; done"


def leave():
    subprocess.Popen(["sh", "-c", f"({DAEMON}) &"], start_new_session=True)
    while not Path("data/started").exists():
        time.sleep(0.01)
    return Path("/proc/1/cmdline").read_text().split(chr(0))


def ignore():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path("data/started").touch()
    while True:
        time.sleep(1)
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.leave, None, "first", name="leave"),
    node(f.ignore, None, "never", name="ignore"),
])}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a project, with its data folder."""
    catalog = {"first": entry("Plain", "first.json")}
    project = own_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog)
    (project.path / "data").mkdir()
    return project.path


@pytest.fixture
def container(podman: Podman) -> Iterator[str]:
    yield NAME
    podman.remove(NAME)


def test_it_ends_what_a_node_leaves_behind(podman: Podman, folder: Path) -> None:
    process = podman.run(*task("leave"), options=options(folder))
    assert process.returncode == 0, process.stdout + process.stderr
    first = json.loads((folder / "data" / "first.json").read_text())
    assert "shipway.runtime" in first
    assert (folder / "data" / "ended").exists()


@pytest.mark.parametrize("has_init", [False, True], ids=["alone", "below an init"])
def test_it_ends_in_time_though_a_node_goes_on(
    podman: Podman, folder: Path, container: str, has_init: bool
) -> None:
    # What `tini` is in many images, this is for podman.
    prefix = (str(podman.program.with_name("catatonit")), "--") if has_init else ()
    start(podman, folder, container, *prefix, *task("ignore"))
    assert stop(podman, container, GRACE) == 128 + 15


def test_another_first_process_hears_no_signal(
    podman: Podman, folder: Path, container: str
) -> None:
    """The control: by `pid_namespaces(7)`, one that has no handler has to be killed."""
    words = "import time; open('data/started', 'w').close(); time.sleep(600)"
    start(podman, folder, container, sys.executable, "-c", words)
    assert stop(podman, container, 1) == 128 + 9


def task(node: str) -> list[str]:
    """The words of a task of one node."""
    options = {"package": PACKAGE, "run-id": "one", "created": CREATED, "flow": "flow"}
    options["nodes"] = json.dumps([node])
    words = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "shipway.runtime", *words]


def options(folder: Path) -> list[str]:
    """A project with no large imports, in /app."""
    environ = ("--env=PYTHONPATH=/app/hidden", "--env=DO_NOT_TRACK=1")
    return ["--network=none", f"--volume={folder}:/app", "--workdir=/app", *environ]


def start(podman: Podman, folder: Path, container: str, *words: str) -> None:
    """Start a container, and wait until its work has begun."""
    detached = [*options(folder), "--detach", f"--name={container}"]
    podman.output("run", "--pull=never", *detached, IMAGE, *words)
    end = time.monotonic() + PATIENCE
    while not (folder / "data" / "started").exists():
        assert time.monotonic() < end, podman.call("logs", container)
        time.sleep(0.05)


def stop(podman: Podman, container: str, grace: int) -> int:
    """Stop a container as Docker and Kubernetes do; return its exit code.

    Args:
        grace: seconds from SIGTERM to SIGKILL.
    """
    podman.output("stop", f"--time={grace}", container)
    code = podman.inspect(container)["State"]["ExitCode"]
    assert isinstance(code, int)
    return code
