"""`shipway plan`: its formats, on a terminal, in a pipe and in a file."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, text_file

STARTS = {
    "text": "__default__: 2 nodes in 2 tasks, 2 layers\n",
    "mermaid": "flowchart LR\n",
    "dot": "digraph shipway {\n",
    "markdown": "## \\_\\_default\\_\\_: ",
    "html": "<!doctype html>\n",
}


@pytest.mark.parametrize("name", STARTS)
def test_each_format_goes_to_a_pipe_or_to_a_file(
    project: KedroProject, tmp_path: Path, name: str
) -> None:
    output = project.shipway("plan", "--format", name).stdout
    assert output.startswith(STARTS[name])
    file = tmp_path / "out" / "plan"
    result = project.shipway("plan", "--format", name, "-o", str(file))
    assert result.stdout == f"{file.as_posix()}  2 tasks\n"
    assert file.read_text(encoding="utf-8") == output


def test_json_is_alone_on_standard_output(project: KedroProject, tmp_path: Path) -> None:
    args = ("plan", "-p", "__default__", "-p", "scoring", "--format", "json")
    document = json.loads(project.shipway(*args).stdout)
    assert [plan["pipeline"] for plan in document["plans"]] == ["__default__", "scoring"]
    plan = document["plans"][0]
    assert plan["layers"] == [["first"], ["second"]]
    assert plan["critical_path"] == {"tasks": ["first", "second"], "by": "tasks", "seconds": None}
    file = tmp_path / "plan.json"
    result = project.shipway(*args, "-o", str(file))
    assert json.loads(result.stdout)["plan"] == file.as_posix()
    assert json.loads(file.read_text(encoding="utf-8")) == document


def test_the_page_tells_the_same_as_json(project: KedroProject) -> None:
    page = project.shipway("plan", "--format", "html").stdout
    text = page.partition('<script id="data" type="application/json">')[2].partition("<")[0]
    (shown,) = json.loads(text)["plans"]
    (plan,) = json.loads(project.shipway("plan", "--format", "json").stdout)["plans"]
    for task, other in zip(shown["tasks"], plan["tasks"], strict=True):
        assert task["name"] == other["name"]
        assert [n["name"] for n in task["nodes"]] == [n["name"] for n in other["nodes"]]
        waits = [e["source"] for e in shown["edges"] if e["target"] == task["name"]]
        assert waits == other.get("needs", [])
    assert shown["critical_path"]["tasks"] == plan["critical_path"]["tasks"]


@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_it_draws(project: KedroProject, no_color: str) -> None:
    output = _on_a_terminal(project, "plan", NO_COLOR=no_color)
    assert "╭─ 1 ──" in output
    assert ("\x1b[" in output) == (not no_color)
    assert "1.1 first" in output.replace("\x1b[35m", "").replace("\x1b[0m", "")


def test_a_flowchart_that_is_too_large_is_noted(tmp_path: Path) -> None:
    nodes = '[f"d{j}" for j in (i - 2, i - 1) if j >= 0] or ["raw"], f"d{i}", name=f"n{i}"'
    of = make_project(
        tmp_path / "large",
        f'return {{"__default__": pipeline([node(f.make, {nodes}) for i in range(252)])}}',
        catalog={"{name}": text_file("{name}.txt")},
    )
    for name, is_noted in (("mermaid", True), ("markdown", True), ("dot", False)):
        result = of.shipway("plan", "--format", name)
        assert result.exit_code == 0, result.output
        assert ("note: The flowchart has 501 edges" in result.stderr) == is_noted
        assert "note:" not in result.stdout


def test_a_file_that_cannot_be_written(project: KedroProject, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = project.shipway("plan", "-o", str(tmp_path / "file" / "plan.txt"))
    assert result.exit_code != 0
    assert "cannot be written" in result.stderr


def _on_a_terminal(project: KedroProject, *args: str, **env: str) -> str:
    """What a command prints where standard output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "shipway", *args]
    environ = {**os.environ, "PYTHONUTF8": "1", "TERM": "xterm", "COLUMNS": "80", **env}
    try:
        process = subprocess.Popen(
            command, cwd=project.path, env=environ, stdout=theirs, stderr=subprocess.PIPE
        )
        os.close(theirs)
        output = b""
        while chunk := _read(ours):
            output += chunk
        _, error = process.communicate()
    finally:
        os.close(ours)
    assert process.returncode == 0, error
    return output.decode("utf-8")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so where the other end of a terminal is closed
        return b""


def test_it_compares_with_an_older_plan_or_a_snapshot(
    project: KedroProject, tmp_path: Path
) -> None:
    older, snapshot = tmp_path / "older.json", tmp_path / "snapshot.json"
    project.shipway("plan", "--format", "json", "-o", str(older))
    project.shipway("snapshot", "-o", str(snapshot))
    project.write("conf/base/deploy.yml", "defaults: {retries: 3}\n")
    assert (
        "  changed: first\n    retries: 1 → 3\n"
        in project.shipway("plan", "--diff", str(older)).stdout
    )
    # A snapshot holds no settings, so that today's stand for both.
    assert (
        "no task and no edge has changed" in project.shipway("plan", "--diff", str(snapshot)).stdout
    )
    result = project.shipway("plan", "-p", "scoring", "--diff", str(older))
    assert "  second  [added]\n" in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "It cannot be read"),
        ("{", "This is not JSON"),
        ("[]", "This is neither a plan nor a snapshot"),
        ('{"plans": [{"pipeline": "x"}]}', "The plan in this file is not whole"),
    ],
)
def test_what_it_cannot_compare_with(
    project: KedroProject, tmp_path: Path, text: str | None, message: str
) -> None:
    file = tmp_path / "older.json"
    if text is not None:
        file.write_text(text)
    result = project.shipway("plan", "--diff", str(file))
    assert result.exit_code == 2
    assert message in result.stderr
    assert "shipway plan --format json" in result.stderr
