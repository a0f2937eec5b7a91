"""A project runs as a package, without its folder."""

from __future__ import annotations

import os
import subprocess
import zipfile

import pytest

from tests.projects import KedroProject

from .tasks import HERE, Done, Tasks, entry, own_project

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "own"
version = "0.1"

[tool.hatch.build.targets.wheel]
packages = ["src/own"]
"""
NODES = """
def make(word):
    return word


def copy(word):
    return [word]


def fail(word):
    raise ValueError("packed to fail")
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.make, "params:word", "kept", name="make"),
    node(f.copy, "kept", "seen", name="copy"),
    node(f.fail, "kept", "never", name="fail"),
])}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    project = own_project(
        tmp_path_factory.mktemp("source"),
        REGISTRY,
        nodes=NODES,
        catalog={
            "kept": entry("Remote", "kept.json", versioned=True),
            "seen": entry("Plain", "seen.json"),
        },
        parameters={"word": "default"},
    )
    project.write("conf/prod/parameters.yml", "word: of prod\n")
    file = project.path / "pyproject.toml"
    file.write_text(file.read_text() + PYPROJECT)
    return Tasks(project, HERE)


@pytest.fixture(scope="module")
def installation(project: Tasks, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    """The same as `kedro package` makes it, unpacked, next to an empty folder."""
    folder = tmp_path_factory.mktemp("installed")
    source = project.project.path
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    result = project.call(*build)
    assert result.code == 0, result.output
    archive = ["--exclude=local/*.yml", "-czf", str(folder / "conf-own.tar.gz"), "conf"]
    subprocess.run(["tar", *archive], cwd=source, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site-packages")
    (folder / "empty").mkdir()
    return Tasks(KedroProject(folder / "empty", "own"), HERE)


def attempt(installation: Tasks, *nodes: str, **job: str) -> Done:
    site = installation.project.path.parent / "site-packages"
    paths = os.pathsep.join([str(site), installation.environ()["PYTHONPATH"]])
    return installation.attempt(*nodes, env={"PYTHONPATH": paths}, **job)


def test_a_package_leaves_the_same_data_as_the_project(project: Tasks, installation: Tasks) -> None:
    project.run("make", "copy")
    process = attempt(installation, "make", "copy", conf_source="../conf-own.tar.gz")
    assert process.code == 0, process.output
    assert installation.data("seen.json") == project.data("seen.json") == ["default"]
    assert installation.versions("kept.json") == project.versions("kept.json")


def test_a_node_that_fails_is_found_in_the_package(installation: Tasks) -> None:
    archive = {"conf_source": "../conf-own.tar.gz"}
    assert attempt(installation, "make", **archive).code == 0
    process = attempt(installation, "fail", **archive)
    assert process.code == 1
    what, where, why = process.output.splitlines()[-3:]
    assert what.endswith("the node `fail` failed")
    assert where.startswith("ERROR   at own/functions.py:")
    assert why == "ERROR   ValueError: packed to fail"


def test_an_environment_of_the_archive_can_be_chosen(installation: Tasks) -> None:
    job = {"conf_source": str(installation.project.path.parent / "conf-own.tar.gz")}
    process = Tasks(installation.project, HERE, {**job, "env": "prod"})
    assert attempt(process, "make", "copy").code == 0
    assert installation.data("seen.json") == ["of prod"]


def test_a_configuration_that_is_not_there_is_named(installation: Tasks) -> None:
    process = attempt(installation, "make", conf_source="conf-other.tar.gz")
    assert process.code == 3
    words = process.from_last("shipway: There is no such configuration folder or archive.")
    assert words[1] == f"  at {installation.project.path / 'conf-other.tar.gz'}"


def test_neither_project_nor_package_is_named(installation: Tasks) -> None:
    process = installation.attempt("make", conf_source="../conf-own.tar.gz")
    assert process.code == 3
    words = process.from_last(
        "shipway: There is no Kedro project here, and the package `own` is not"
    )
    assert words[1] == f"  at {installation.project.path}"
    assert "`kedro package`" in words[2]


def test_a_folder_that_is_not_there_is_named(installation: Tasks) -> None:
    process = installation.attempt("make", project="/no/such/folder")
    assert process.code == 3
    assert process.from_last("shipway: ") == [
        "shipway: There is no such folder.",
        "  at /no/such/folder",
    ]
