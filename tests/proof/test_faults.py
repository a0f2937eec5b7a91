"""An export that dies in any moment leaves each file as it was, or as it is to be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.engines.exporting import shipway
from tests.projects import KedroProject, make_project, text_file

from .worlds import bound

REGISTRY = """
return {"__default__": pipeline([
    node(f.make, ["raw", "params:alpha"], "x", name="a"),
    node(f.make, "x", "y", name="b"),
])}
"""
DEADLY = """
import os
import signal
import sys

out, left = os.environ.get("OUT"), int(os.environ.get("LEFT", "0"))
WATCHED = ("open", "os.rename", "os.mkdir", "os.chmod", "os.remove", "tempfile.mkstemp")


def watch(event, args):
    global left
    if event in WATCHED and any(out in str(arg) for arg in args):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


if out:
    sys.addaudithook(watch)
"""
SLOW = """
import sys
import time

sys.addaudithook(lambda event, _: event == "os.rename" and time.sleep(0.5))
"""
NAMES = ("flow.py", "prefect.yaml")
BLOCK = 4096
Both: TypeAlias = tuple[Path, dict[str, bytes], dict[str, bytes]]
"""A folder with the old artifact; the old files, and the new ones."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    output = make_project(
        tmp_path_factory.mktemp("faults"),
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "x", "y")},
        parameters={"alpha": 1},
        deploy={"defaults": {"retries": 1}},
    )
    output.write("deadly/sitecustomize.py", DEADLY)
    return output


def export(project: KedroProject, out: Path, *args: str, left: int = 0) -> int:
    """Export for Prefect, whose artifact has two files; `left` operations before it is killed."""
    words = ["export", "prefect", "-o", str(out), *args]
    if not left:
        return shipway(project.path, *words).returncode
    environ = {"PYTHONPATH": str(project.path / "deadly"), "OUT": str(out), "LEFT": str(left)}
    return project.run("python", "-m", "shipway", *words, **environ).returncode


def files(out: Path) -> dict[str, bytes]:
    """What stands under a name of the artifact."""
    return {file.name: file.read_bytes() for file in out.rglob("*") if file.name in NAMES}


def held(out: Path) -> list[str]:
    """The names of all files there, with what an export should not leave behind."""
    return sorted(file.name for file in out.rglob("*") if file.is_file())


@pytest.fixture
def out(both: Both, tmp_path: Path) -> Path:
    """A copy of the folder with the old artifact."""
    return Path(shutil.copytree(both[0], tmp_path / "out"))


@pytest.fixture(scope="module")
def both(project: KedroProject, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """What stands there, and what the project gives by now."""
    old = tmp_path_factory.mktemp("old") / "out"
    assert export(project, old) == 0
    project.write("conf/base/deploy.yml", "defaults: {retries: 2}\n")
    new = tmp_path_factory.mktemp("new") / "out"
    assert export(project, new) == 0
    assert all(files(old)[name] != files(new)[name] for name in NAMES)
    return old, files(old), files(new)


def test_killed_at_every_step_of_writing(
    project: KedroProject,
    both: Both,
    tmp_path: Path,
) -> None:
    old, before, after = both
    view = set()
    for left in range(1, 60):
        out = tmp_path / f"out{left}"
        shutil.copytree(old, out)
        code = export(project, out, left=left)
        result = files(out)
        assert result.keys() == set(NAMES)
        assert all(result[name] in (before[name], after[name]) for name in NAMES), left
        view.add((code, result == before, result == after))
        is_new = result == after
        assert export(project, out, "--check") == (0 if is_new else 1)
        assert export(project, out) == 0
        assert files(out) == after
        assert held(out) == sorted(NAMES), "what the killed one has left is gone"
        if code == 0:
            break
    else:
        raise AssertionError("it was killed each time: count further")
    assert (-9, True, False) in view, "the control: it was killed before it had written"
    assert (0, False, True) in view, "the control: in the end it was left alone"


def test_killed_while_nothing_was_there(project: KedroProject, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(project, out, left=3) == -9
    assert not files(out)
    assert export(project, out, "--check") == 1
    assert export(project, out) == 0


def test_two_exports_at_once_leave_one_artifact(
    project: KedroProject,
    both: Both,
    tmp_path: Path,
) -> None:
    """They write different ones, and rest between a file and the next, so that they would mix."""
    _, before, after = both
    project.write("slow/sitecustomize.py", SLOW)
    # Outside of the project, so that no header names it.
    old = tmp_path / "old.yml"
    old.write_text("defaults: {retries: 1}\n")
    out = tmp_path / "out"
    words = [sys.executable, "-m", "shipway", "export", "prefect", "-o", str(out)]
    environ = {**os.environ, "DO_NOT_TRACK": "1", "PYTHONPATH": str(project.path / "slow")}
    for _ in range(3):
        pair = [
            subprocess.Popen([*words, *more], cwd=project.path, env=environ)
            for more in ((), ("--settings", str(old)))
        ]
        assert [process.wait() for process in pair] == [0, 0]
        assert files(out) in (before, after)
        assert held(out) == sorted(NAMES)


def test_a_folder_that_may_not_be_written(project: KedroProject, both: Both, out: Path) -> None:
    (inner,) = out.iterdir()
    inner.chmod(0o555)
    words = [*bound(), sys.executable, "-m", "shipway", "export", "prefect", "-o", str(out)]
    outcome = subprocess.run(words, cwd=project.path, capture_output=True, text=True, check=False)
    inner.chmod(0o755)
    assert outcome.returncode == 6, outcome.stderr
    assert "Permission denied" in outcome.stderr
    assert files(out) == both[1]


@pytest.mark.parametrize(
    ("spare", "code", "what"), [(1, 6, 1), (99, 0, 2)], ids=["full", "control"]
)
def test_a_full_disk_leaves_the_old_artifact(
    project: KedroProject, both: Both, tmp_path: Path, spare: int, code: int, what: int
) -> None:
    """A file system of its own, with so many blocks left beside the old artifact."""
    out, left = tmp_path / "out", tmp_path / "left"
    out.mkdir()
    blocks = sum(len(content) // BLOCK + 1 for content in both[1].values()) + spare
    outcome = project.run(*_on_a_disk(blocks), str(out), str(both[0]), str(left), sys.executable)
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    assert ("No space left on device" in outcome.stderr) is (code != 0)
    assert files(left) == both[what]
    assert held(left) == sorted(NAMES)


def _on_a_disk(blocks: int) -> list[str]:
    """Words that mount a file system, export to it, and copy what it holds in the end."""
    apart = ["unshare", "--map-root-user", "--mount", "sh", "-euc"]
    mount = f'mount -t tmpfs -o size={blocks * BLOCK} tmpfs "$0"'
    try:
        subprocess.run([*apart, mount, "/mnt"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a file system may not be mounted here, even in a namespace: {error}")
    export = '"$3" -m shipway export prefect -o "$0" || code=$?'
    return [*apart, f'{mount}; cp -r "$1/." "$0"; code=0; {export}; cp -r "$0" "$2"; exit $code']


def test_a_file_that_may_not_grow_leaves_the_old_artifact(
    project: KedroProject, both: Both, out: Path
) -> None:
    """No file may grow beyond 4 KiB, as with a quota: the flow is larger."""
    code = (
        "import resource, signal, sys, runpy\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"sys.argv = ['shipway', 'export', 'prefect', '-o', {str(out)!r}]\n"
        "runpy.run_module('shipway', run_name='__main__', alter_sys=True)\n"
    )
    outcome = project.run("python", "-c", code)
    assert outcome.returncode == 6, outcome.stdout + outcome.stderr
    assert "cannot be written" in outcome.stderr
    assert files(out) == both[1]
    assert held(out) == sorted(NAMES)
