"""The stand-in for a Python: it does what the Python does, and a task ends with its caller."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, text_file

from .processes import is_alive
from .stand_in import stand_in

pytestmark = pytest.mark.engine

NODES = """
import os
import sys
import time
from pathlib import Path


def show():
    print("printed", os.environ["MARK"])
    return os.getcwd()


def fail():
    sys.exit(3)


def wait():
    Path("pid").write_text(str(os.getpid()))
    time.sleep(60)
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.show, None, "shown", name="show"),
    node(f.fail, None, "failed", name="fail"),
    node(f.wait, None, "waited", name="wait"),
])}
"""


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    with stand_in() as program:
        yield program


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("shown", "failed", "waited")}
    return make_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog)


def start(python: Path, project: KedroProject, node: str) -> subprocess.Popen[str]:
    words = [f"--package={project.package}", f"--task={node}", f'--nodes=["{node}"]']
    words += ["--pipeline=__default__", "--run-id=1", "--created=2026-01-31T06:00:00+00:00"]
    return subprocess.Popen(
        [python, "-m", "shipway.runtime", *words],
        cwd=project.path,
        env={**os.environ, "MARK": node, "KEDRO_DISABLE_TELEMETRY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("node", ["show", "fail"])
def test_it_ends_and_prints_as_the_python_does(
    python: Path, project: KedroProject, node: str
) -> None:
    results = []
    for program in (python, Path(sys.executable)):
        process = start(program, project, node)
        printed, _ = process.communicate()
        ends = [line for line in printed.splitlines() if line.startswith(("printed", "ERROR"))]
        results.append((process.returncode, ends))
        (project.path / "data" / "shown.txt").unlink(missing_ok=node == "fail")
    assert results[0] == results[1]
    assert results[0][0] == (0 if node == "show" else 1)


def test_a_task_is_stopped_with_its_caller(python: Path, project: KedroProject) -> None:
    process = start(python, project, "wait")
    file = project.path / "pid"
    _until(file.exists)
    process.terminate()
    process.wait()
    _until(lambda: not is_alive(int(file.read_text())))


def test_anything_else_is_run_by_the_python(python: Path) -> None:
    words = [str(python), "-c", "import sys; sys.exit(4)"]
    assert subprocess.run(words, check=False).returncode == 4


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
