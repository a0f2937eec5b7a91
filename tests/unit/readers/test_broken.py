"""A broken project gives one clear message with the user's own line, and no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project

ONE = 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'
CYCLE = """
return {"__default__": pipeline([
    node(f.make, "a", "b", name="n"),
    node(f.make, "b", "a", name="m"),
])}
"""
FUNCTIONS = "src/PACKAGE/functions.py"
REGISTRY = "src/PACKAGE/pipeline_registry.py"
SETTINGS = "src/PACKAGE/settings.py"
CATALOG = "conf/base/catalog.yml"

# What is broken, the file and its text (or a registry), where it is told, and what is told.
BROKEN = {
    "import error": (FUNCTIONS, "\nfrom os import nope\n", ":2", "cannot import name 'nope'"),
    "missing dependency": (FUNCTIONS, "import no_such_thing\n", ":1", "no_such_thing"),
    "syntax error": (FUNCTIONS, "x = 1\ndef make(:\n", ":2", "SyntaxError"),
    "tabs": (FUNCTIONS, "if 1:\n\tx = 1\n        y = 1\n", ":3", "TabError"),
    "exit": (FUNCTIONS, "import sys\nsys.exit(7)\n", ":2", "SystemExit: 7"),
    "silent exit": (FUNCTIONS, "raise SystemExit\n", ":1", "SystemExit"),
    "no file": (FUNCTIONS, "\nexec('1 / 0')\n", ":2", "ZeroDivisionError"),
    "chained": (
        FUNCTIONS,
        "try:\n    1 / 0\nexcept Exception as e:\n    raise OSError('later') from e\n",
        ":2",
        "ZeroDivisionError",
    ),
    "exception": (
        REGISTRY,
        "def register_pipelines():\n    {}['gone']\n",
        ":2",
        "KeyError: 'gone'",
    ),
    "no function": (REGISTRY, "", None, "register_pipelines"),
    "no registry": (REGISTRY, None, None, "pipeline_registry"),
    "settings syntax": (SETTINGS, "HOOKS = (1\n", ":1", "SyntaxError"),
    "settings import": (SETTINGS, "\nimport no_such_thing\n", ":2", "no_such_thing"),
    "settings value": (SETTINGS, "CONTEXT_CLASS = int\n", None, "CONTEXT_CLASS"),
    "catalog yaml": (CATALOG, "a: 1\nb: {c: 1\nd: 2\n", ":3", "not valid YAML"),
    "catalog tabs": (CATALOG, "a:\n\tb: 1\n", ":2", "A tab stands in column 1"),
    "catalog keys": (CATALOG, "a: {x: 1}\n\na: {x: 2}\n", ":3", "duplicate key a"),
    "catalog class": (CATALOG, "\na: {type: gone.Dataset}\n", ":2", "`gone.Dataset`"),
    "catalog value": (CATALOG, "\na: {type: x.Y, filepath: '${gone}'}\n", ":2: a", "gone"),
    "catalog list": (CATALOG, "- a\n", "", "ListConfig"),
    "parameters": ("conf/base/parameters.yml", "\na: ${globals:b}\n", ":2: a", "key 'b'"),
    "globals": ("conf/base/globals.yml", "a: {b\n", None, "globals.yml"),
    "pyproject": ("pyproject.toml", "[tool.kedro]\npackage_name = \n", " or", "TOMLDecodeError"),
    "pyproject keys": ("pyproject.toml", "[tool.kedro]\n", " or", "package_name"),
}


def fault(folder: Path, file: str, text: str | None, registry: str = ONE) -> KedroProject:
    project = make_project(folder, registry)
    path = project.path / file.replace("PACKAGE", project.package)
    path.write_text(text or "")
    if text is None:
        path.unlink()
    return project


@pytest.mark.parametrize("what", BROKEN)
def test_one_message_with_the_users_own_line(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, text, line, says = BROKEN[what]
    project = fault(tmp_path, file, text)
    monkeypatch.chdir(project.path)  # where a file called `<string>` would be the project's own
    result = project.shipway("plan", "--format", "json")
    assert result.exit_code == 3, result.output
    (finding,) = json.loads(result.stdout)["findings"]
    assert says in finding["what"]
    assert str(tmp_path) not in finding["what"] + finding["where"]
    assert "\n" not in finding["what"]
    where = file.replace("PACKAGE", project.package) + line if line else Path(file).name
    assert where in finding["where"] + finding["what"]


def test_kedros_own_error_on_a_cycle(tmp_path: Path) -> None:
    project = make_project(tmp_path, CYCLE)
    result = project.shipway("plan")
    assert result.exit_code == 3
    assert "cycle" in result.stderr
    assert f"src/{project.package}/pipeline_registry.py:6" in result.stderr
    assert result.stdout == ""


def test_a_key_in_two_files_is_told_by_both(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, catalog="a: {type: MemoryDataset}\n")
    project.write("conf/base/catalog_more.yml", "\n\na: {type: MemoryDataset}\n")
    result = project.shipway("plan")
    assert result.exit_code == 3
    assert "  conf/base/catalog.yml:1, conf/base/catalog_more.yml:3\n" in result.stderr


def test_no_project_at_all(tmp_path: Path) -> None:
    project = KedroProject(path=tmp_path, package="none")
    result = project.shipway("plan")
    assert result.exit_code == 3
    assert "There is no Kedro project" in result.stderr
    project.write("pyproject.toml", "[project]\nname = 'x'\n")
    result = project.shipway("plan")
    assert result.exit_code == 3
    assert "has a [tool.kedro] section" in result.stderr


@pytest.mark.parametrize("what", ["syntax error", "exit", "missing dependency", "settings value"])
def test_no_traceback_from_the_command_line(tmp_path: Path, what: str) -> None:
    file, text, _, says = BROKEN[what]
    project = fault(tmp_path, file, text)
    process = project.run("python", "-m", "shipway", "plan")  # with the project for its folder
    assert process.returncode == 3
    assert process.stdout == ""
    assert says in process.stderr
    assert "Traceback" not in process.stderr
    assert process.stderr.startswith("Error: project cannot be read\n")
    assert len(process.stderr.splitlines()) <= 6


NOISY = """
import atexit, os, subprocess, sys
from sys import stdout

print("noise")
stdout.write("noise")
os.write(1, b"noise")
subprocess.run([sys.executable, "-c", "print('noise')"])


def make(*parts):
    return 1
"""


def test_what_a_project_prints_stays_off_our_output(tmp_path: Path) -> None:
    project = make_project(tmp_path, "print('noise')\n" + ONE, nodes=NOISY)
    project.write(f"src/{project.package}/settings.py", "print('noise')\n")
    process = project.run(
        "python", "-m", "shipway", "plan", "--format", "json", PYTHONUNBUFFERED=""
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["ok"] is True
    assert "noise" not in process.stdout
    assert process.stderr.count("noise") >= 5


def test_a_closed_standard_error_is_no_reason_to_fail(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE)
    process = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m shipway snapshot 2>&-"],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert json.loads(process.stdout)["name"] == project.package


def test_an_unsupported_kedro_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, code in (("0.19.9", 3), ("2.0.0", 3), ("1.0.0rc1", 0), ("1.99.1", 0)):
        monkeypatch.setattr("kedro.__version__", version)
        result = make_project(tmp_path, ONE).shipway("plan")
        assert result.exit_code == code, result.output
        assert code == 0 or f"Kedro {version} is not supported" in result.stderr
