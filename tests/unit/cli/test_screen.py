"""How much is said, how wide, and what only a terminal gets."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project
from tests.targets import TARGETS, settings_file

ONE = 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'
LONG = "defaults: {retires: 1, group_by: namspace}\n"


def _on_a_terminal(project: KedroProject, *args: str, **env: str) -> str:
    """What a person sees who calls `shipway` on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "shipway", *args],
        cwd=project.path,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm", **env},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    output = b""
    while True:
        select.select([ours], [], [], 60)
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed (pty(7))
            break
        if not part:
            break
        output += part
    process.wait(timeout=60)
    os.close(ours)
    return output.decode().replace("\r\n", "\n")


@pytest.fixture
def slow(tmp_path: Path) -> KedroProject:
    """A project that takes more than a second to read."""
    return make_project(tmp_path, f"import time\ntime.sleep(2)\n{ONE}")


def test_a_terminal_shows_what_a_slow_command_is_at(slow: KedroProject) -> None:
    output = _on_a_terminal(slow, "export", "airflow")
    assert "\rReading the project …" in output
    # It is gone before anything else is said.
    assert output.index("Reading the project") < output.index("deploy/airflow")
    last_line = output.rstrip("\n").splitlines()[-1].rpartition("\r")[2]
    assert last_line.startswith("deploy/airflow")


@pytest.mark.parametrize("how", [["--quiet"], ["--format", "json"]])
def test_neither_quiet_nor_json_shows_it(slow: KedroProject, how: list[str]) -> None:
    assert "Reading" not in _on_a_terminal(slow, "export", "airflow", *how)


def test_a_pipe_has_nothing_of_it(slow: KedroProject) -> None:
    process = slow.run("python", "-m", "shipway", "export", "airflow")
    assert process.returncode == 0
    assert "Reading" not in process.stdout + process.stderr


def test_no_color(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", LONG)
    assert "\x1b[" in _on_a_terminal(project, "export", "airflow")
    assert "\x1b[" not in _on_a_terminal(project, "export", "airflow", NO_COLOR="1")


def test_a_terminal_of_80_columns_breaks_lines_between_words(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", LONG)
    output = _on_a_terminal(project, "export", "all", NO_COLOR="1")
    assert max(len(line.rpartition("\r")[2]) for line in output.splitlines()) <= 80
    for command in ("export", "plan", "diff"):
        text = _on_a_terminal(project, command, "--help", NO_COLOR="1")
        assert max(map(len, text.splitlines())) <= 80


def test_quiet_says_only_what_is_wrong(project: KedroProject) -> None:
    output = project.shipway("export", "airflow", "--quiet")
    assert (output.exit_code, output.output) == (0, "")
    assert project.shipway("export", "airflow", "-q", "--check").output == ""
    project.write("conf/base/deploy.yml", "defaults: {retries: 2}\n")
    output = project.shipway("export", "airflow", "-q", "--check")
    assert output.exit_code == 1
    assert "the settings changed" in output.output
    project.write("conf/base/deploy.yml", LONG)
    assert "Did you mean `retries`?" in project.shipway("export", "airflow", "-q").output


def test_verbose_says_what_each_step_took(project: KedroProject) -> None:
    output = project.shipway("export", "airflow", "prefect", "--verbose")
    assert output.exit_code == 0
    for step in ("Reading the project", "Compiling for Airflow", "Compiling for Prefect"):
        assert re.search(rf"^{step} +\d+\.\d\d s$", output.stderr, re.MULTILINE), output.stderr


def test_verbose_leaves_json_alone_on_standard_output(project: KedroProject) -> None:
    output = project.shipway("plan", "-v", "--format", "json")
    assert json.loads(output.stdout)["ok"]
    assert "Reading the project" in output.stderr


def test_quiet_and_verbose_at_once_are_refused(project: KedroProject) -> None:
    output = project.shipway("plan", "-q", "-v")
    assert output.exit_code == 2
    assert "cannot be used together" in output.output


def test_a_note_of_several_pipelines_and_targets_is_said_once(project: KedroProject) -> None:
    project.write("conf/base/catalog.yml", _catalog("raw", "end"))
    pipelines = ["-p", "__default__,scoring"]
    output = project.shipway("export", "airflow", "prefect", "-p", "__default__")
    assert output.exit_code == 0, output.output
    notes = [line for line in output.output.splitlines() if line.startswith("note: ")]
    assert len(notes) == len(set(notes)) == 1
    assert "mid" in notes[0]
    assert not notes[0].endswith(")")  # all have it, so whose it is need not be said
    output = project.shipway("plan", *pipelines)
    assert "mid" in output.output


def _catalog(*names: str, folder: str = "data") -> str:
    entries = (f"{n}: {{type: text.TextDataset, filepath: '{folder}/{n}.txt'}}\n" for n in names)
    return "".join(entries)


def test_several_targets_have_a_folder_each(project: KedroProject, tmp_path: Path) -> None:
    project.write("conf/base/catalog.yml", _catalog("raw", "mid", "end", folder="s3://b"))
    project.write("conf/base/deploy.yml", settings_file())
    out = tmp_path / "out"
    output = project.shipway("export", "all", "-o", str(out))
    assert output.exit_code == 0, output.output
    assert sorted(path.name for path in out.iterdir()) == [*TARGETS]
    assert project.shipway("export", "all", "-o", str(out), "--check").exit_code == 0


def test_a_deployment_names_its_own_folder_of_several(project: KedroProject) -> None:
    output = project.shipway("export", "airflow", "prefect", "-o", str(project.path / "out"))
    assert output.exit_code == 0, output.output
    texts = [p.read_text(encoding="utf-8") for p in (project.path / "out/prefect").rglob("*.py")]
    assert any("--output out/prefect" in text for text in texts)
    again = project.shipway("export", "prefect", "-o", str(project.path / "out/prefect"), "--check")
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("command", ["export", "diff", "plan"])
def test_the_help_lists_the_targets(project: KedroProject, command: str) -> None:
    output = project.shipway(command, "--help").output
    assert ", ".join(TARGETS) in " ".join(output.split())


def test_settings_in_a_base_that_is_none_are_noted(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        ONE,
        settings='CONFIG_LOADER_ARGS = {"base_env": "common", "default_run_env": "common"}\n',
    )
    project.write("conf/base/deploy.yml", "defaults: {retries: 5}\n")
    project.write("conf/base/catalog.yml", _catalog("a"))
    project.write("conf/common/catalog.yml", _catalog("a"))
    output = project.shipway("plan")
    assert output.exit_code == 0, output.output
    note = "conf/base/deploy.yml is not read: the base of this configuration is `common`."
    assert f"note: {note}\n" in output.output
