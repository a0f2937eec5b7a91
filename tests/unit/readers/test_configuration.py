"""Configuration is read by the project's own loader: environments, archives, interpolation."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from shipway.errors import ProjectError, SettingsError, UsageError
from shipway.readers.kedro import Reading
from tests.projects import KedroProject, make_project, text_file

ONE = 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'


def values(reading: Reading) -> dict[str, object]:
    return {leaf.name: leaf.value for leaf in reading.project.parameters}


def with_prod(folder: Path, settings: str = "") -> KedroProject:
    project = make_project(
        folder,
        ONE,
        catalog={"a": text_file("a.txt")},
        parameters={"model": {"rate": 1, "depth": 3}, "p": 1},
        deploy={"defaults": {"image": "base", "retries": 1}},
        settings=settings,
    )
    project.write("conf/prod/catalog.yml", "a: {type: text.TextDataset, filepath: 's3://b/a'}\n")
    project.write("conf/prod/parameters.yml", "model: {rate: 2}\n")
    project.write("conf/prod/deploy.yml", "defaults: {image: prod}\n")
    return project


def test_an_environment_overlays_the_base(tmp_path: Path) -> None:
    project = with_prod(tmp_path)
    base, prod = project.read(), project.read(env="prod")
    assert (base.project.env, prod.project.env) == (None, "prod")
    assert base.project.dataset("a").kind == "local"
    assert prod.project.dataset("a").kind == "remote"
    assert values(base) == {"model.rate": 1, "model.depth": 3, "p": 1}
    assert values(prod) == {"model.rate": 2, "p": 1}  # Kedro's default replaces whole keys
    assert prod.settings.values == {"defaults": {"image": "prod", "retries": 1}}
    assert prod.settings.place(("defaults", "image")).startswith("conf/prod/deploy.yml:1")
    assert prod.settings.place(("defaults", "retries")).startswith("conf/base/deploy.yml:3")


def test_the_projects_merge_strategy_counts(tmp_path: Path) -> None:
    soft = 'CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local",\n'
    soft += '    "merge_strategy": {"parameters": "soft"}}\n'
    project = with_prod(tmp_path, soft)
    assert values(project.read(env="prod")) == {"model.rate": 2, "model.depth": 3, "p": 1}


def test_one_projects_settings_do_not_reach_the_next(tmp_path: Path) -> None:
    soft = 'CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "prod"}\n'
    assert values(with_prod(tmp_path, soft).read()) == {"model.rate": 2, "p": 1}
    assert values(with_prod(tmp_path).read()) == {"model.rate": 1, "model.depth": 3, "p": 1}


def test_globals_and_the_projects_own_resolvers(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        ONE,
        catalog="a: {type: text.TextDataset, filepath: '${globals:root}/${twice:x}.txt'}\n",
        parameters="p: ${globals:rate}\nq: ${runtime_params:q, 1}\n",
        settings='CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local",\n'
        '    "custom_resolvers": {"twice": lambda text: text * 2}}\n',
    )
    project.write("conf/base/globals.yml", "root: data/raw\nrate: 0.5\n")
    reading = project.read(params="q=7")
    assert reading.project.dataset("a").location == "data/raw/${twice:x}.txt"
    assert values(reading) == {"p": 0.5, "q": 7}


def test_another_folder_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = with_prod(tmp_path)
    (project.path / "conf").rename(project.path / "other")
    monkeypatch.chdir(project.path)
    reading = project.read(conf_source="other", env="prod")
    assert reading.project.conf_source == "other"
    assert reading.project.dataset("a").kind == "remote"
    assert reading.settings.place(("defaults", "image")).startswith("other/prod/deploy.yml:1")
    absolute = project.read(conf_source=str(project.path / "other")).project
    assert absolute.conf_source == "other"


@pytest.mark.parametrize("suffix", ["tar.gz", "zip"])
def test_an_archive_in_the_project(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_prod(tmp_path)
    archive = project.path / f"conf.{suffix}"
    pack(project.path / "conf", archive)
    (project.path / "conf").rename(tmp_path / "gone")
    monkeypatch.chdir(project.path)
    reading = project.read(conf_source=archive.name, env="prod")
    assert reading.project.conf_source == archive.name
    assert reading.project.dataset("a").kind == "remote"
    assert values(reading) == {"model.rate": 2, "p": 1}
    assert reading.settings.values == {"defaults": {"image": "prod", "retries": 1}}


def pack(folder: Path, archive: Path) -> None:
    """As `kedro package` does."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in [folder, *sorted(folder.rglob("*"))]:
                zipped.write(path, path.relative_to(folder.parent).as_posix())
        return
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, arcname=folder.name)


def test_a_source_outside_of_the_project_is_refused(tmp_path: Path) -> None:
    project = with_prod(tmp_path)
    with pytest.raises(UsageError, match="lies outside the project"):
        project.read(conf_source=str(tmp_path))
    with pytest.raises(UsageError, match="no such folder or archive"):
        project.read(conf_source=str(project.path / "gone"))


@pytest.mark.parametrize("url", ["s3://key:canary@bucket/conf", "https://h/conf?token=canary"])
def test_a_source_with_credentials_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as error:
        with_prod(tmp_path).read(conf_source=url)
    assert "canary" not in str(error.value.findings)


def test_a_missing_environment_that_is_asked_for_is_an_error_as_in_kedro(tmp_path: Path) -> None:
    project = with_prod(tmp_path)
    (project.path / "conf/local").rmdir()
    reading = project.read()
    assert values(reading) == {"model.rate": 1, "model.depth": 3, "p": 1}
    (note,) = reading.notes
    assert note.startswith("conf/local is not here")
    with pytest.raises(UsageError, match="no environment `staging`"):
        project.read(env="staging")
    assert project.read(env="prod").project.env == "prod"


def test_no_catalog_file_is_an_error_as_in_kedro(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE)
    (project.path / "conf/base/catalog.yml").unlink()
    with pytest.raises(ProjectError, match="No files of YAML"):
        project.read()


def test_no_deploy_file_gives_no_settings(tmp_path: Path) -> None:
    assert make_project(tmp_path, ONE).read().settings.values == {}


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: {c\n", 3), ("a: 1\n\na: 2\n", 3), ("x:\n  y: ${gone}\n", 2)]
)
def test_a_broken_deploy_file_is_told_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(SettingsError) as error:
        make_project(tmp_path, ONE, deploy=text).read()
    (finding,) = error.value.findings
    assert str(finding.where).startswith(f"conf/base/deploy.yml:{line}")


def test_an_entry_is_found_in_the_file_that_holds_it(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, catalog="b: {type: text.TextDataset, filepath: x}\n")
    project.write("conf/base/catalog/deep/more.yml", "\n\na: {type: gone.Dataset}\n")
    with pytest.raises(ProjectError) as error:
        project.read()
    assert error.value.findings[0].where == "conf/base/catalog/deep/more.yml:3"
    project.write("conf/local/catalog.yml", "# local\na: {type: gone.Local}\n")
    with pytest.raises(ProjectError) as error:
        project.read()
    assert error.value.findings[0].where == "conf/local/catalog.yml:2"
