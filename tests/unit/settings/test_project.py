"""Settings in a project, through its own config loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.projects import KedroProject, make_project, text_file

REGISTRY = 'return {"__default__": pipeline([node(f.make, "raw", "out", name="only")])}'
CATALOG = {"raw": text_file("raw.txt"), "out": text_file("out.txt")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return make_project(tmp_path_factory.mktemp("settings"), REGISTRY, catalog=CATALOG)


def _task(project: KedroProject, *options: str) -> dict[str, Any]:
    result = project.shipway("plan", "--format", "json", *options)
    assert result.exit_code == 0, result.output
    (plan,) = json.loads(result.stdout)["plans"]
    settings: dict[str, Any] = plan["tasks"][0]["settings"]
    return settings


def _refusal(project: KedroProject, *options: str) -> list[dict[str, str]]:
    result = project.shipway("plan", "--format", "json", *options)
    assert result.exit_code == 2, result.output
    actual: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    return actual


def test_the_environment_overlays_base_key_by_key(project: KedroProject) -> None:
    project.write(
        "conf/base/deploy.yml",
        """\
        _image: &image {image: "a:1"}
        defaults:
          <<: *image
          retries: 1
          env: {A: base, B: base}
        """,
    )
    project.write("conf/prod/deploy.yml", "defaults:\n  retries: 3\n  env: {B: prod}\n")
    project.write("conf/local/deploy.yml", "defaults: {env: {B: local}}\n")
    local, prod = _task(project), _task(project, "--env", "prod")
    assert (local["image"], local["retries"], local["env"]["B"]) == ("a:1", 1, "local")
    assert (prod["image"], prod["retries"], prod["env"]["B"]) == ("a:1", 3, "prod")
    assert local["env"]["A"] == prod["env"]["A"] == "base"


def test_globals_are_interpolated(project: KedroProject) -> None:
    project.write("conf/base/globals.yml", "tag: '7'\n")
    project.write("conf/base/deploy.yml", 'defaults: {image: "a:${globals:tag}"}\n')
    project.write("conf/local/deploy.yml", "")
    assert _task(project)["image"] == "a:7"


def test_each_mistake_names_the_file_that_made_it(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults:\n  retries: x\n  timeout: y\n")
    project.write("conf/local/deploy.yml", "\ndefaults: {timeout: z}\n")
    assert [finding["where"] for finding in _refusal(project)] == [
        "conf/base/deploy.yml:2: defaults.retries",
        "conf/local/deploy.yml:2: defaults.timeout",
    ]


@pytest.mark.parametrize("text", ["- a\n", "a: [b\n", "a: 1\na: 2\n", "defaults: {image: '${no}'}"])
def test_what_is_no_settings(project: KedroProject, text: str) -> None:
    project.write("conf/local/deploy.yml", "")
    project.write("conf/base/deploy.yml", text)
    (finding,) = _refusal(project)
    assert "deploy.yml" in finding["where"] + finding["what"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "_private: 1\n"])
def test_empty_settings(project: KedroProject, text: str) -> None:
    project.write("conf/local/deploy.yml", "")
    project.write("conf/base/deploy.yml", text)
    assert "retries" not in _task(project)


def test_settings_files_replace_those_of_the_project(project: KedroProject, tmp_path: Path) -> None:
    project.write("conf/base/deploy.yml", "defaults: {image: base, retries: 5}\n")
    one, other = tmp_path / "one.yml", tmp_path / "other.yml"
    one.write_text("defaults: {retries: 1, env: {A: one}}\n")
    other.write_text("defaults: {env: {A: other}}\n")
    task = _task(project, "--settings", str(one), "--settings", str(other))
    assert (task["retries"], task["env"], "image" in task) == (1, {"A": "other"}, False)
    other.write_text("defaults: {image: '${v}'}\n")
    (finding,) = _refusal(project, "--settings", str(one), "--settings", str(other))
    assert finding["where"].endswith("other.yml:1")


def test_wrong_settings_leave_the_artifact_alone(project: KedroProject) -> None:
    project.write("conf/local/deploy.yml", "")
    project.write("conf/base/deploy.yml", "defaults: {retries: 1}\n")
    assert project.shipway("export", "airflow").exit_code == 0
    (file,) = (project.path / "deploy" / "airflow").iterdir()
    before = file.read_bytes()
    project.write("conf/base/deploy.yml", "defaults: {retries: -1}\n")
    assert project.shipway("export", "airflow").exit_code == 2
    assert file.read_bytes() == before
