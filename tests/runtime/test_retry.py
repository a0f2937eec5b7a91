"""A task that is run again writes over what an earlier try left behind."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from .tasks import HERE, Tasks, entry, own_project

KILLED = 128 + signal.SIGKILL
OUTPUTS = {"file.json": "Remote", "folder": "Folder", "local.json": "Local"}
NODES = """
import os
import signal
from pathlib import Path


def make(word):
    marker = Path("kill-node")
    if marker.exists():
        marker.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return word, {"a": word, "b": word}, word, word


def read(file, folder, local, plain):
    return [file, folder, local, plain]
"""
REGISTRY = """
outputs = ["file", "folder", "local", "plain"]
return {"__default__": pipeline([
    node(f.make, "params:word", outputs, name="make"),
    node(f.read, outputs, "seen", name="read"),
])}
"""
WHOLE = ["word", {"a": "word", "b": "word"}, "word", "word"]
FROM_RUN = ["file", "folder", "local"]


def retry_of(folder: Path, python: Path) -> Tasks:
    catalog: dict[str, Any] = {
        file.partition(".")[0]: entry(kind, file, versioned=True) for file, kind in OUTPUTS.items()
    }
    catalog["plain"] = entry("Plain", "plain.json")
    catalog["seen"] = entry("Plain", "seen.json")
    parameters = {"word": "word"}
    project = own_project(folder, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    return Tasks(project, python, in_forks=True)


def check_kill_and_retry(tasks: Tasks, place: str) -> None:
    marker = tasks.project.write(f"kill-{place}", "")
    assert tasks.attempt("make").code == KILLED
    assert not marker.exists()
    tasks.run("make", "read")
    assert tasks.data("seen.json") == WHOLE
    assert len(tasks.versions("file.json")) == 1


def test_a_task_killed_between_two_saves_succeeds_when_run_again(
    any_kedro: Path, tmp_path: Path
) -> None:
    check_kill_and_retry(retry_of(tmp_path, any_kedro), "local.json")


@pytest.mark.parametrize("place", ["node", "folder", "plain.json"])
def test_it_does_not_matter_where_it_was_killed(tmp_path: Path, place: str) -> None:
    check_kill_and_retry(retry_of(tmp_path, HERE), place)


def test_a_folder_of_an_earlier_try_leaves_no_file_behind(tmp_path: Path) -> None:
    tasks = retry_of(tmp_path, HERE)
    tasks.run("make")
    source = NODES.replace('"b": word', '"c": word')
    tasks.project.write("src/own/functions.py", source)
    tasks.run("make", "read")
    assert tasks.data("seen.json")[1] == {"a": "word", "c": "word"}


def test_a_cleared_task_with_mended_code_supersedes_its_version(tmp_path: Path) -> None:
    tasks = retry_of(tmp_path, HERE)
    tasks.run("make")
    tasks.project.write("src/own/functions.py", NODES.replace("return word,", "return 'new',"))
    tasks.run("make")
    tasks.run("read", from_run=FROM_RUN)
    assert tasks.data("seen.json")[0] == "new"
    assert list(tasks.versions("file.json").values()) == ["new"]
