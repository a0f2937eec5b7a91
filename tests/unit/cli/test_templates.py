"""`shipway templates`, and exports with templates of the user's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.projects import KedroProject

Shipway = Callable[..., Result]
NAME = "airflow/dag.py.j2"
BLOCK = """\
{% extends "base/airflow/dag.py.j2" %}
{% block operator %}
{{ super() }}

# One block of our own.
{%- endblock %}
"""


def _template(folder: Path, text: str) -> Path:
    (folder / "airflow").mkdir(parents=True)
    (folder / NAME).write_text(text)
    return folder


def test_list(shipway: Shipway) -> None:
    assert NAME in shipway("templates", "list").output.splitlines()
    assert NAME in json.loads(shipway("templates", "list", "--format", "json").output)["templates"]


def test_show(shipway: Shipway) -> None:
    text = shipway("templates", "show", NAME).output
    assert "{% block operator %}" in text
    document = json.loads(shipway("templates", "show", NAME, "--format", "json").output)
    assert (document["template"], document["text"]) == (NAME, text)


@pytest.mark.parametrize("name", ["airflow/dag.j2", "../secrets"])
def test_show_what_is_not_there(shipway: Shipway, name: str) -> None:
    result = shipway("templates", "show", name)
    assert result.exit_code == 2
    assert f"There is no template `{name}`." in result.stderr
    assert "airflow/dag.py.j2" in result.stderr


def test_eject(shipway: Shipway, tmp_path: Path) -> None:
    args = ("templates", "eject", "airflow", "--to", str(tmp_path / "own"))
    result = shipway(*args)
    file = tmp_path / "own" / NAME
    names = [NAME, *(f"airflow/runs/{run}.py.j2" for run in ("kedro_run", "local"))]
    assert result.output.splitlines() == [(tmp_path / "own" / n).as_posix() for n in names]
    assert file.read_text() == shipway("templates", "show", NAME).output

    file.write_text("changed")
    refusal = shipway(*args)
    assert refusal.exit_code == 6
    assert file.as_posix() in refusal.stderr
    assert "--force" in refusal.stderr
    assert file.read_text() == "changed"

    forced = shipway(*args, "--force", "--format", "json")
    assert json.loads(forced.stdout)["files"] == names
    assert file.read_text() != "changed"


def test_ejected_templates_give_the_same_bytes(
    project: KedroProject, shipway: Shipway, tmp_path: Path
) -> None:
    shipway("templates", "eject", "airflow", "--to", str(tmp_path))
    assert project.shipway("export", "airflow").exit_code == 0
    check = project.shipway("export", "airflow", "--check", "--templates", str(tmp_path))
    assert check.exit_code == 0, check.output


def test_one_block_of_a_template_is_replaced(project: KedroProject, tmp_path: Path) -> None:
    _template(tmp_path / "own", BLOCK)
    for options in (["-o", str(tmp_path / "a")], ["--templates", str(tmp_path / "own")]):
        assert project.shipway("export", "airflow", *options).exit_code == 0
    (own,) = (project.path / "deploy" / "airflow").iterdir()
    (built_in,) = (tmp_path / "a").iterdir()
    additions = set(own.read_text().splitlines()) - set(built_in.read_text().splitlines())
    assert {line for line in additions if "shipway:" not in line} == {"# One block of our own."}
    compile(own.read_text(), own.name, "exec")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{% extends 'base/airflow/dag.py.j2' %}\n{% block operator %}\n", 2, "Unexpected end"),
        ("\n\n{{ no_such_name }}\n", 3, "'no_such_name' is undefined"),
        ("{{ tasks + 1 }}\n", 1, "can only concatenate"),
    ],
)
def test_a_broken_template(
    project: KedroProject, tmp_path: Path, text: str, line: int, message: str
) -> None:
    folder = _template(tmp_path / "own", text)
    assert project.shipway("export", "airflow").exit_code == 0
    (artifact,) = (project.path / "deploy" / "airflow").iterdir()
    before = artifact.read_bytes()
    result = project.shipway("export", "airflow", "--templates", str(folder))
    assert result.exit_code == 2
    assert f"{folder / NAME}:{line}\n" in result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert artifact.read_bytes() == before


def test_a_folder_of_templates_that_is_missing(project: KedroProject) -> None:
    result = project.shipway("export", "airflow", "--templates", "nowhere")
    assert result.exit_code == 2
    assert "'nowhere' does not exist" in result.stderr


def test_eject_brings_the_templates_that_targets_share(shipway: Shipway, tmp_path: Path) -> None:
    shared = [f"python_files/{name}.py.j2" for name in ("place", "process")]
    result = shipway("templates", "eject", "prefect", "--to", str(tmp_path), "--format=json")
    assert json.loads(result.stdout)["files"][-2:] == shared
    assert (tmp_path / shared[0]).is_file()
