"""Each kind of error: its exit code, its place and its remedy; and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from shipway.cli import main
from shipway.errors import ShipwayError
from tests.projects import KedroProject

Prepare = Callable[[KedroProject], Sequence[str]]


def _no_pipeline(_project: KedroProject) -> Sequence[str]:
    return ["-p", "scorin"]


def _no_tag(_project: KedroProject) -> Sequence[str]:
    return ["--tags", "elt"]


def _wrong_settings(project: KedroProject) -> Sequence[str]:
    project.write("conf/base/deploy.yml", "\ndefaults: {retires: 1}\n")
    return []


def _unknown_node(project: KedroProject) -> Sequence[str]:
    project.write("conf/base/deploy.yml", "pipelines: {__default__: {nodes: {frist: {}}}}\n")
    return []


def _broken_catalog(project: KedroProject) -> Sequence[str]:
    (project.path / "conf/base/catalog.yml").write_text("raw: [\n")
    return []


def _no_snapshot(project: KedroProject) -> Sequence[str]:
    return ["--snapshot", str(project.path / "nowhere.json"), "-o", str(project.path / "out")]


def _nobody_makes_it(_project: KedroProject) -> Sequence[str]:
    return ["-p", "broken"]


def _not_expressible(project: KedroProject) -> Sequence[str]:
    project.write("conf/base/deploy.yml", "defaults: {image: 'a:1'}\n")
    return []


def _folder_is_a_file(project: KedroProject) -> Sequence[str]:
    return ["-o", str(project.write("a_file", ""))]


KINDS = [
    (_no_pipeline, 2, "wrong usage", "the pipeline registry", "Did you mean `scoring`?"),
    (_no_tag, 2, "wrong usage", "--tags", "Did you mean `etl`?"),
    (_wrong_settings, 2, "wrong settings", "conf/base/deploy.yml:2", "Did you mean `retries`?"),
    (_unknown_node, 2, "wrong settings", "conf/base/deploy.yml:1", "Did you mean `first`?"),
    (_broken_catalog, 3, "project cannot be read", "catalog", "correct"),
    (_no_snapshot, 3, "project cannot be read", "nowhere.json", ""),
    (_nobody_makes_it, 4, "no plan is possible", "node `third`", ""),
    (_not_expressible, 5, "the target cannot express it", "deploy.yml:1", "--allow-lossy image"),
    (_folder_is_a_file, 6, "a file cannot be written", "a_file", "--output DIR"),
]


@pytest.mark.parametrize(("prepare", "code", "kind", "where", "remedy"), KINDS)
def test_each_kind(
    project: KedroProject, prepare: Prepare, code: int, kind: str, where: str, remedy: str
) -> None:
    assert project.shipway("export", "airflow").exit_code == 0
    (artifact,) = (project.path / "deploy" / "airflow").iterdir()
    before = artifact.read_bytes()
    options = prepare(project)

    result = project.shipway("export", "airflow", *options)
    assert result.exit_code == code
    assert result.stdout == ""
    assert f"Error: {kind}\n" in result.stderr
    assert "Traceback" not in result.stderr

    as_json = project.shipway("export", "airflow", *options, "--format", "json")
    document = json.loads(as_json.stdout)
    (finding,) = document["findings"]
    assert (as_json.exit_code, document["exit_code"]) == (code, code)
    assert (document["ok"], document["error"]) == (False, kind)
    assert where in finding["where"]
    assert remedy in str(finding["remedy"])
    for text in finding.values():
        assert str(text or "") in result.stderr

    assert list((project.path / "deploy" / "airflow").iterdir()) == [artifact]
    assert artifact.read_bytes() == before


def test_every_kind_is_tried() -> None:
    tries = {(code, kind) for _, code, kind, _, _ in KINDS}
    others = {(1, "check failed"), (70, "a bug in Shipway")}
    others.add((7, "the pipeline is not the exported one"))  # by the runtime alone
    assert tries | others == {(c.exit_code, c.kind) for c in ShipwayError.__subclasses__()}


def test_no_project(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export", "airflow", "--project", str(tmp_path)])
    assert result.exit_code == 3
    assert str(tmp_path) in result.stderr
    assert "--project DIR" in result.stderr


def test_one_bad_pipeline_of_several_writes_none(project: KedroProject) -> None:
    result = project.shipway("export", "airflow", "-p", "__default__", "-p", "broken")
    assert result.exit_code == 4
    assert not (project.path / "deploy").exists()


def test_one_line_of_the_traceback_is_only_shown_when_asked(project: KedroProject) -> None:
    result = project.shipway("plan", "-p", "nope", "--traceback")
    assert result.exit_code == 2
    assert result.stderr.startswith("Traceback (most recent call last)")
    assert "Error: wrong usage" in result.stderr


@pytest.mark.parametrize("command", ["export", "plan"])
def test_a_bug(project: KedroProject, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def bug(*_args: object) -> None:
        raise RuntimeError("a bug that was planted")

    monkeypatch.setattr(f"shipway.cli.{command}.read", bug)
    args = [command, *(["airflow"] if command == "export" else [])]
    result = project.shipway(*args)
    assert result.exit_code == 70
    assert "RuntimeError: a bug that was planted" in result.stderr
    assert "Please report it" in result.stderr
    assert "Traceback" not in result.stderr

    traced = project.shipway(*args, "--traceback", "--format", "json")
    assert traced.exit_code == 70
    assert "in bug\n" in traced.stderr
    assert json.loads(traced.stdout)["error"] == "a bug in Shipway"


def test_findings_of_json_are_there_when_all_is_well(project: KedroProject) -> None:
    for args in (["plan"], ["export", "airflow"], ["export", "airflow", "--check"]):
        document = json.loads(project.shipway(*args, "--format", "json").stdout)
        assert (document["ok"], document["exit_code"], document["findings"]) == (True, 0, [])


def test_the_snapshot_survives_a_project_that_breaks(project: KedroProject) -> None:
    file = project.path / "project.json"
    assert project.shipway("snapshot", "-o", str(file)).exit_code == 0
    before = file.read_bytes()
    _broken_catalog(project)
    assert project.shipway("snapshot", "-o", str(file)).exit_code == 3
    assert file.read_bytes() == before
