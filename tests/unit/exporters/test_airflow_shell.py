"""The shell's command of a DAG, as a shell runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.errors import UnsupportedError
from shipway_exporters.airflow.runs import shell
from tests.unit.planner import build_ir
from tests.unit.planner.build_ir import node, project, said

SHELLS = [shell for shell in ("/bin/sh", "/bin/bash", "/bin/dash") if Path(shell).exists()]


def command(words: str = "x", project_dir: str = ".", **options: Any) -> str:
    of = project(node("a", "raw", "x"))
    plan = build_ir.plan(of, {"project_dir": project_dir}, options=options)
    names: dict[str, Any] = {}
    exec("\n".join(shell.constants(plan, words)), names)
    return str(names["COMMAND"])


def run(text: str, env: Mapping[str, str], of: str = "/bin/sh") -> subprocess.CompletedProcess[str]:
    path = {"PATH": os.environ["PATH"], "CDPATH": ""}
    return subprocess.run(
        [of, "-c", text], env={**path, **env}, capture_output=True, text=True, check=False
    )


def program(path: Path) -> Path:
    """A program that prints its folder and its arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('#!/bin/sh\necho "$0|$(pwd -P)|$*"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_usual_command() -> None:
    assert command("-m x") == (
        'cd "${SHOP_ROOT:?must be set}" || exit 3\n'
        'PYTHON="${SHOP_PYTHON:-.venv/bin/python}"\n'
        'command -v "$PYTHON" > /dev/null || echo "ERROR No Python at $PYTHON: set '
        "targets.airflow.python (in deploy.yml) or SHOP_PYTHON to its path, or have "
        '.venv/bin/python below SHOP_ROOT."\n'
        'exec "$PYTHON" -m x'
    )


def test_the_command_with_a_python_of_the_settings() -> None:
    assert command("-m x", python="bin/py") == (
        'cd "${SHOP_ROOT:?must be set}" || exit 3; exec bin/py -m x'
    )


@pytest.mark.parametrize("of", SHELLS)
@pytest.mark.parametrize("folder", [".", "sub", "-a b/$HOME", "/absolute"])
def test_the_python_is_the_variables_or_that_of_the_root(
    folder: str, of: str, tmp_path: Path
) -> None:
    root = tmp_path / "a root's $(id)"
    place = tmp_path / "elsewhere" if folder == "/absolute" else root / folder
    place.mkdir(parents=True)
    text = command(project_dir=str(place) if folder == "/absolute" else folder)
    usual, other = program(root / ".venv/bin/python"), program(tmp_path / "conda's $(id)/python")
    env = {"SHOP_ROOT": str(root)}
    for more, target in (
        ({}, usual),
        ({"SHOP_PYTHON": ""}, usual),
        ({"SHOP_PYTHON": str(other)}, other),
    ):
        process = run(text, {**env, **more}, of)
        assert process.returncode == 0, process.stderr
        path, cwd, words = process.stdout.rstrip("\n").split("|")
        assert (Path(cwd), words) == (place.resolve(), "x")
        assert (Path(cwd) / path).resolve() == target.resolve()


@pytest.mark.parametrize("of", SHELLS)
def test_a_variable_may_name_a_program_of_the_path(of: str, tmp_path: Path) -> None:
    program(tmp_path / "bin/py-of-the-path")
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {"SHOP_ROOT": str(tmp_path), "SHOP_PYTHON": "py-of-the-path", "PATH": path}
    process = run(command(), env, of)
    assert (process.returncode, process.stderr) == (0, "")
    assert "No Python" not in process.stdout


@pytest.mark.parametrize("of", SHELLS)
@pytest.mark.parametrize("value", ["", "/no/such/python"])
def test_without_any_python_the_log_names_the_three_places(
    value: str, of: str, tmp_path: Path
) -> None:
    process = run(command(), {"SHOP_ROOT": str(tmp_path), "SHOP_PYTHON": value}, of)
    assert process.returncode == 127
    assert process.stdout == (
        f"ERROR No Python at {value or '.venv/bin/python'}: set targets.airflow.python (in "
        "deploy.yml) or SHOP_PYTHON to its path, or have .venv/bin/python below SHOP_ROOT.\n"
    )


@pytest.mark.parametrize("python", ["bin/py", "py", "-py", "a b/$(py)", "/absolute"])
@pytest.mark.parametrize("folder", [".", "sub", "-a b/$HOME", "/absolute"])
def test_any_path_is_the_one_that_the_settings_name(
    python: str, folder: str, tmp_path: Path
) -> None:
    root = tmp_path / "a root's $(id)"
    place = tmp_path / "elsewhere" if folder == "/absolute" else root / folder
    place.mkdir(parents=True)
    target = program(tmp_path / "opt/py" if python == "/absolute" else root / python)
    text = command(
        project_dir=str(place) if folder == "/absolute" else folder,
        python=str(target) if python == "/absolute" else python,
    )
    process = run(text, {"SHOP_ROOT": str(root)})
    assert process.returncode == 0, process.stderr
    path, cwd, words = process.stdout.rstrip("\n").split("|")
    assert (Path(cwd), words) == (place.resolve(), "x")
    assert (Path(cwd) / path).resolve() == target.resolve()


@pytest.mark.parametrize("of", SHELLS)
def test_what_a_shell_ends_with(of: str, tmp_path: Path) -> None:
    """Codes that the operator knows: 2, 126 and 127 are final, 3 is not."""
    unset = run(command(), {}, of)
    assert unset.returncode in (2, 127)
    assert "SHOP_ROOT: must be set" in unset.stderr
    assert run(command(), {"SHOP_ROOT": ""}, of).returncode in (2, 127)
    assert run(command(), {"SHOP_ROOT": str(tmp_path / "not mounted")}, of).returncode == 3
    assert run(command(), {"SHOP_ROOT": str(tmp_path)}, of).returncode == 127
    program(tmp_path / ".venv/bin/python").chmod(0o644)
    assert run(command(), {"SHOP_ROOT": str(tmp_path)}, of).returncode == 126


def test_formatters_leave_a_command_of_any_length_alone(tmp_path: Path) -> None:
    of = build_ir.plan(project(node("a", "raw", "x")))
    named = build_ir.plan(project(node("a", "raw", "x")), options={"python": "py"})
    texts = [before + "x" * length for length in range(1, 80) for before in ("", 12 * "word ")]
    lines = [f"{line}\n" for p in (of, named) for t in texts for line in shell.constants(p, t)]
    assert max(len(line) for text in lines for line in text.splitlines()) <= 100
    (tmp_path / "commands.py").write_text("".join(lines), encoding="utf-8")
    for width in (88, 100):
        words = ("format", "--diff", "--isolated", "--no-cache", f"--line-length={width}")
        ruff = [sys.executable, "-m", "ruff", *words, str(tmp_path)]
        process = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout


def test_an_airflow_variable_is_handed_over_in_one_of_the_environment() -> None:
    assert command(root={"variable": "o'brien"}).startswith('cd "${SHIPWAY_ROOT:?')


def test_a_variable_that_no_shell_can_name_is_refused() -> None:
    with pytest.raises(UnsupportedError) as error:
        command(root={"env": "SHOP-ROOT"})
    assert "No shell can name the environment variable `SHOP-ROOT`" in said(error.value)
