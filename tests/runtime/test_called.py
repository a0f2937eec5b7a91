"""A task that is called as a function, in the process of its caller."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from shipway.runtime import called
from tests.projects import KedroProject, make_project, text_file

REGISTRY = """
return {"__default__": pipeline([
    node(f.make, None, "good", name="good"),
    node(f.fail, None, "bad", name="bad"),
    node(f.where, None, "process", name="where"),
])}
"""
NODES = """
import os


def make():
    return "done"


def fail():
    raise RuntimeError("this node fails on purpose")


def where():
    return str(os.getpid())
"""
CALL = """
import os, sys
from shipway.runtime.called import main
sys.argv[1:] = sys.argv[2:]
main()
print("returned in", os.getpid())
"""


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("good", "bad", "process")}
    return make_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog)


def words(project: KedroProject, node: str, *more: str) -> list[str]:
    return [
        f"--package={project.package}",
        f"--project={project.path}",
        f"--nodes={json.dumps([node])}",
        "--run-id=1",
        "--created=2026-01-31T06:00:00",
        *more,
    ]


def test_the_node_runs_in_the_process_of_its_caller(project: KedroProject) -> None:
    process = project.run("python", "-c", CALL, "-", *words(project, "where"))
    assert process.returncode == 0, process.stderr
    here = process.stdout.rpartition("returned in ")[2].strip()
    assert (project.path / "data" / "process.txt").read_text() == here


def test_a_failure_is_an_exception_that_says_how(project: KedroProject) -> None:
    process = project.run("python", "-c", CALL, "-", *words(project, "bad"))
    assert process.returncode == 1
    assert "returned" not in process.stdout
    assert "TaskError" in process.stderr
    assert "RuntimeError: this node fails on purpose" in process.stderr


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (["--nodse=x"], "The options of the task are wrong"),
        (["--created=today"], "is no moment"),
        (["--timeout=3"], "cannot be stopped by itself"),
        (["--project=/nowhere"], "There is no such folder"),
    ],
)
def test_what_is_wrong_is_said(project: KedroProject, more: list[str], what: str) -> None:
    with pytest.raises(called.TaskError, match=what):
        called.main(words(project, "good", *more))


def test_the_words_are_those_of_the_caller(
    project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Databricks calls it: with the package's name before the parameters."""
    monkeypatch.setattr(sys, "argv", ["shipway", *words(project, "good", "--timeout=1")])
    before = dict(os.environ)
    with pytest.raises(called.TaskError, match="cannot be stopped"):
        called.main()
    assert dict(os.environ) == before


def test_help_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    called.main(["--help"])
    assert "--run-id" in capsys.readouterr().out
