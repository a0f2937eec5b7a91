"""The environment that is read when none is asked for: not one that git ignores."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import ProjectError
from tests.projects import KedroProject, make_project
from tests.unit.readers.test_configuration import ONE, values

IGNORE = "conf/local/**\n!conf/local/.gitkeep\n"


def with_local(folder: Path, ignore: str = IGNORE) -> KedroProject:
    project = make_project(folder, ONE, parameters={"x": "base"})
    project.write("conf/local/parameters.yml", "x: laptop\n")
    project.write(".gitignore", ignore)
    return project


def test_files_that_git_ignores_are_left_out_by_name(tmp_path: Path) -> None:
    reading = with_local(tmp_path).read()
    assert values(reading) == {"x": "base"}
    assert reading.project.env is None
    (note,) = reading.notes
    assert note.startswith("conf/local/parameters.yml is left out, since git ignores them")
    assert "`--env local` takes them in" in note


def test_they_are_taken_in_when_they_are_asked_for(tmp_path: Path) -> None:
    reading = with_local(tmp_path).read(env="local")
    assert values(reading) == {"x": "laptop"}
    assert (reading.project.env, reading.notes) == ("local", ())


@pytest.mark.parametrize("ignore", ["", "conf/prod/\n", "*.tmp\n"])
def test_an_environment_that_git_keeps_counts(tmp_path: Path, ignore: str) -> None:
    reading = with_local(tmp_path, ignore).read()
    assert values(reading) == {"x": "laptop"}
    assert reading.notes == ()


@pytest.mark.parametrize("ignore", ["local/\n", "**/local\n", "conf/*\n!conf/base\n"])
def test_every_way_of_ignoring_counts(tmp_path: Path, ignore: str) -> None:
    assert values(with_local(tmp_path, ignore).read()) == {"x": "base"}


def test_a_file_above_the_project_counts_in_one_repository(tmp_path: Path) -> None:
    project = with_local(tmp_path, "")
    (tmp_path / ".gitignore").write_text("local/\n")
    assert values(project.read()) == {"x": "laptop"}
    (tmp_path / ".git").mkdir()
    assert values(project.read()) == {"x": "base"}


def test_what_this_machine_alone_ignores_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_local(tmp_path, "")
    home = tmp_path / "home" / ".config" / "git"
    home.mkdir(parents=True)
    (home / "ignore").write_text("local/\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert values(project.read()) == {"x": "laptop"}


def test_credentials_alone_make_no_note(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, parameters={"x": "base"})
    project.write("conf/local/credentials.yml", "db: {password: x}\n")
    project.write(".gitignore", IGNORE)
    assert project.read().notes == ()


def test_an_ignored_file_beside_kept_ones_is_told(tmp_path: Path) -> None:
    project = with_local(tmp_path, "conf/local/parameters.yml\n")
    project.write("conf/local/globals.yml", "a: 1\n")
    reading = project.read()
    assert values(reading) == {"x": "laptop"}
    (note,) = reading.notes
    assert note.startswith("git ignores conf/local/parameters.yml, which counts here")


def test_without_git_nobody_guesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = with_local(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProjectError) as error:
        project.read()
    assert error.value.findings[0].where == "conf/local/parameters.yml"
    assert "--env" in str(error.value.findings[0].remedy)
    assert values(project.read(env="local")) == {"x": "laptop"}


def test_the_variable_of_kedro_is_told_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_local(tmp_path)
    project.write("conf/prod/parameters.yml", "x: prod\n")
    monkeypatch.setenv("KEDRO_ENV", "prod")
    reading = project.read()
    assert values(reading) == {"x": "base"}
    assert any("`--env prod` does" in note for note in reading.notes)
