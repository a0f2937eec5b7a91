"""`shipway init`, and `shipway snapshot`."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
import yaml

from shipway.cli.init import starter
from shipway.settings.settings import load
from shipway.settings.source import SettingsSource
from tests.projects import KedroProject
from tests.unit.planner.build_ir import node, pipeline
from tests.unit.planner.build_ir import project as build


def test_init_writes_settings_that_work(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    result = project.shipway("init")
    assert result.exit_code == 0, result.output
    assert "shipway plan" in result.output
    file_list = yaml.safe_load((project.path / "conf/base/deploy.yml").read_text())
    assert set(file_list["pipelines"]) == {"__default__", "broken", "scoring"}
    plan = json.loads(project.shipway("plan", "--format", "json").stdout)["plans"][0]
    assert plan["tasks"][0]["settings"]["retries"] == 1


def test_init_replaces_nothing(project: KedroProject) -> None:
    file = project.path / "conf/base/deploy.yml"
    before = file.read_bytes()
    result = project.shipway("init", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"]) == (6, 6)
    assert document["findings"][0]["where"] == file.as_posix()
    assert file.read_bytes() == before


def test_init_says_where_as_json(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    document = json.loads(project.shipway("init", "--format", "json").stdout)
    assert Path(document["settings"]).is_file()


def test_init_in_another_configuration(project: KedroProject) -> None:
    (project.path / "conf").rename(project.path / "other")
    (project.path / "other/base/deploy.yml").unlink()
    result = project.shipway("init", "--conf-source", str(project.path / "other"))
    assert result.exit_code == 0, result.output
    assert (project.path / "other/base/deploy.yml").is_file()
    assert not (project.path / "conf").exists()


def test_init_in_an_archive(project: KedroProject, tmp_path: Path) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    with tarfile.open(project.path / "conf.tar.gz", "w:gz") as tar:
        tar.add(project.path / "conf", arcname="conf")
    result = project.shipway("init", "--conf-source", str(project.path / "conf.tar.gz"))
    assert result.exit_code == 2
    assert "--conf-source conf.tar.gz" in result.stderr
    assert "is not a folder" in result.stderr


@pytest.mark.parametrize("name", ["yes", "1", "a: b", "# x", "über", "it's", '"q"', "-", "{x}"])
def test_a_starter_for_any_name(name: str) -> None:
    project = build(pipeline(node("n", "a", "b"), name=name))
    values = yaml.safe_load(starter(project))
    assert list(values["pipelines"]) == [name]
    assert load(SettingsSource(values=values), {}).pipeline(name).runs == 1


def test_snapshot_to_a_file_and_to_the_screen(project: KedroProject, tmp_path: Path) -> None:
    file = tmp_path / "new" / "project.json"
    result = project.shipway("snapshot", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert f"{file.as_posix()}  3 pipelines, 4 datasets" in result.stdout
    assert project.shipway("snapshot").stdout == file.read_text()
    file_list = json.loads(project.shipway("snapshot", "-o", str(file), "--format", "json").stdout)
    assert file_list["snapshot"] == file.as_posix()


def test_a_snapshot_gives_the_same_plan(project: KedroProject, tmp_path: Path) -> None:
    file = tmp_path / "project.json"
    project.shipway("snapshot", "-o", str(file))
    settings = str(project.path / "conf/base/deploy.yml")
    plan = project.shipway("plan", "--format", "json", "--settings", settings)
    other = project.shipway(
        "plan", "--format", "json", "--snapshot", str(file), "--settings", settings
    )
    assert json.loads(other.stdout)["plans"][0]["tasks"]
    assert json.loads(other.stdout) == json.loads(plan.stdout)


def test_plan_for_people(project: KedroProject) -> None:
    assert project.shipway("plan").stdout.splitlines() == [
        "__default__: 2 nodes in 2 tasks, 2 layers",
        "  first",
        "  second  after first",
        "  critical path: 2 tasks, by number of tasks",
    ]
    fusion = project.shipway("plan", "--group-by", "pipeline").stdout
    assert "2 nodes in 1 task, 1 layer\n" in fusion
    assert "  nodes share a task since they are grouped by pipeline:\n" in fusion
