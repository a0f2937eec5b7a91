"""Artifacts that meet in one folder: none replaces another's, or what a hand has written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shipway.compiler import Source
from shipway.compiler import read as read_source
from shipway.readers.snapshot import dump
from tests.projects import KedroProject, make_project, text_file
from tests.targets import TARGETS, settings_file

SETTINGS = settings_file()
OTHERS = 'return {"__default__": pipeline([node(f.make, "raw", "other", name="another")])}'


@pytest.fixture(autouse=True)
def settings(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", SETTINGS)


def _tree(folder: Path) -> dict[str, bytes]:
    return {p.as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _export(project: KedroProject, *words: str, code: int = 0) -> dict[str, Any]:
    result = project.shipway("export", *words, "--format", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _causes(project: KedroProject, *words: str) -> set[tuple[str, ...]]:
    (target,) = _export(project, *words, "--check", code=1)["targets"]
    return {tuple(difference["causes"]) for difference in target["differences"]}


def _refusal(project: KedroProject, *words: str) -> list[dict[str, str]]:
    """An export that is refused for what is there; and nothing has changed."""
    before = _tree(project.path)
    actual: list[dict[str, str]] = _export(project, *words, code=6)["findings"]
    assert _tree(project.path) == before
    for finding in actual:
        assert all(way in finding["remedy"] for way in ("`name`", "--output", "--replace"))
    return actual


def _rename(project: KedroProject, name: str) -> None:
    """Give the project another name for people; the package stays."""
    file = project.path / "pyproject.toml"
    text = re.sub('project_name = ".*"', f'project_name = "{name}"', file.read_text())
    file.write_text(text)


@pytest.mark.parametrize("target", TARGETS)
def test_another_projects_artifact_is_not_replaced(project: KedroProject, target: str) -> None:
    _export(project, target)
    _rename(project, "Energy of the neighbours")
    actual = _refusal(project, target)
    assert all("Another project" in finding["what"] for finding in actual)
    assert f"`__default__` of `{project.package}`" in actual[0]["what"]
    assert actual[0]["where"].startswith((project.path / "deploy" / target).as_posix())
    assert _causes(project, target) == {("foreign",)}
    assert "another project, environment" in project.shipway("export", target, "--diff").stdout
    assert _export(project, target, "--replace")["targets"][0]["written"]
    assert _export(project, target, "--check")["ok"]


def test_two_real_projects_of_one_package(tmp_path: Path) -> None:
    """They have copied each other, up to the project's name; their nodes tell them apart."""
    catalog = {name: text_file(f"{name}.txt") for name in ("raw", "out", "other")}
    registry = 'return {"__default__": pipeline([node(f.make, "raw", "out", name="one")])}'
    one, other = (
        make_project(tmp_path / folder, text, catalog=catalog, package="shop")
        for folder, text in (("a", registry), ("b", OTHERS))
    )
    export = ("python", "-m", "shipway", "export", "airflow", "-o", str(tmp_path / "dags"))
    assert one.run(*export).returncode == 0
    before = _tree(tmp_path / "dags")
    process = other.run(*export)
    assert (process.returncode, "runs none of the nodes" in process.stderr) == (6, True)
    assert _tree(tmp_path / "dags") == before
    process = other.run(*export, "--check")
    assert (process.returncode, "it runs none of these nodes" in process.stdout) == (1, True)
    assert other.run(*export, "--replace").returncode == 0
    assert other.run(*export, "--check").returncode == 0


@pytest.mark.parametrize("target", TARGETS)
def test_one_name_for_two_environments(project: KedroProject, target: str) -> None:
    project.write("conf/base/deploy.yml", SETTINGS + "pipelines: {__default__: {name: daily}}\n")
    for env in ("prod", "test"):
        project.write(f"conf/{env}/parameters.yml", "size: 2\n")
    _export(project, target, "--env", "prod")
    actual = _refusal(project, target, "--env", "test")
    assert "--env prod" in actual[0]["what"]
    assert _causes(project, target, "--env", "test") == {("foreign",)}
    _refusal(project, target)
    assert _export(project, target, "--env", "prod", "--check")["ok"]


def test_tags_and_pipelines_under_one_name(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "pipelines: {scoring: {name: daily}}\n")
    _export(project, "airflow", "-p", "scoring")
    project.write("conf/base/deploy.yml", "pipelines: {__default__: {name: daily}}\n")
    assert "`scoring`" in _refusal(project, "airflow")[0]["what"]


@pytest.mark.parametrize("text", ["x = 1\n", "# a DAG of our own\n", "\x00\udcff"])
def test_what_a_hand_has_written_is_not_replaced(project: KedroProject, text: str) -> None:
    file = project.path / "deploy" / "airflow" / f"{project.package}.py"
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    (finding,) = _refusal(project, "airflow")
    assert finding["where"] == file.as_posix()
    assert "Shipway did not make this file" in finding["what"]
    assert _causes(project, "airflow") == {("unsealed",)}
    _export(project, "airflow", "--replace")
    assert _export(project, "airflow", "--check")["ok"]


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_holds_nothing_to_lose(project: KedroProject, text: str) -> None:
    file = project.path / "deploy" / "airflow" / f"{project.package}.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    _export(project, "airflow")


def test_nothing_is_written_for_any_target_when_one_is_refused(project: KedroProject) -> None:
    folder = project.path / "deploy" / "prefect" / project.package
    folder.mkdir(parents=True)
    (folder / "flow.py").write_text("x = 1\n")
    (finding,) = _refusal(project, "all")
    assert finding["where"] == (folder / "flow.py").as_posix()
    assert sorted(_tree(project.path / "deploy")) == [(folder / "flow.py").as_posix()]


def test_an_artifact_from_before_is_replaced(project: KedroProject) -> None:
    """Earlier releases wrote no word of whose it is."""
    _export(project, "airflow")
    (file,) = (project.path / "deploy" / "airflow").iterdir()
    lines = file.read_text().splitlines(keepends=True)
    old = [line for line in lines if "shipway: of=" not in line]
    assert len(old) == len(lines) - 1
    file.write_text("".join(old))
    _rename(project, "Energy of the neighbours")
    _export(project, "airflow")


def test_what_cannot_be_read_back_is_still_ours(project: KedroProject) -> None:
    _export(project, "airflow")
    (file,) = (project.path / "deploy" / "airflow").iterdir()
    file.write_text(file.read_text() + "def broken(\n")
    project.write("conf/base/deploy.yml", "defaults: {retries: 2}\n")
    assert _causes(project, "airflow") == {("settings", "edited")}
    _export(project, "airflow")


def test_replace_goes_with_writing_alone(project: KedroProject) -> None:
    for option in ("--check", "--diff"):
        (finding,) = _export(project, "airflow", "--replace", option, code=2)["findings"]
        assert option in finding["what"]


def test_a_snapshot_and_its_project_are_the_same_owner(
    project: KedroProject, tmp_path: Path
) -> None:
    _rename(project, "Energy of the neighbours")
    snapshot = tmp_path / "project.json"
    snapshot.write_text(dump(read_source(Source(read=_options(project))).project))
    _export(project, "airflow", "-o", str(tmp_path / "out"))
    before = _tree(tmp_path / "out")
    options = (
        "--snapshot",
        str(snapshot),
        "--settings",
        str(project.path / "conf/base/deploy.yml"),
    )
    _export(project, "airflow", "-o", str(tmp_path / "out"), *options, "--check")
    assert _tree(tmp_path / "out") == before


def _options(project: KedroProject) -> Any:
    from shipway.readers.kedro import ReadOptions

    return ReadOptions(project=project.path)


def test_only_files_of_this_project_and_environment_are_strays(project: KedroProject) -> None:
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    project.write("conf/prod/parameters.yml", "size: 2\n")
    _export(project, "airflow", "--all")
    _export(project, "airflow", "--tags", "etl")
    (target,) = _export(project, "airflow", "--all", "--env", "prod")["targets"]
    assert not [d for d in target["differences"] if "stray" in d["causes"]]
    assert _export(project, "airflow", "--all", "--check")["ok"]
    _rename(project, "Energy of the neighbours")
    out = ("-o", str(project.path / "elsewhere"))
    assert _export(project, "airflow", "--all", *out)["ok"]
    display = _causes(project, "airflow", "--all")
    assert display == {("foreign",)}
