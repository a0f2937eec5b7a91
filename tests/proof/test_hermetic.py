"""The same project gives the same bytes, for every target, in whichever world it is exported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.projects import KedroProject, make_project, text_file
from tests.targets import IMAGE, TARGETS, VERTEX, settings_of_all

from .worlds import CANARIES, HELD, WORLDS, World, as_nobody, bound

REGISTRY = """
names = [f"n{i}" for i in range(6)]
read = ["raw", "params:a", "params:b.c", "params:paths", "params:bucket", "params:day"]
nodes = [node(f.make, read, n, name=n, tags=["x", "y", "z"]) for n in names]
return {"__default__": pipeline([*nodes, node(f.make, names, "end", name="end")])}
"""
PARAMETERS = """
a: {z: 1, y: [2.5]}
b: {c: ü}
year: 2025
last_year: ${year}
paths: {raw: "raw/${last_year}", top: "s3://${bucket}/${globals:folder}"}
bucket: ${oc.env:BUCKET}
region: ${oc.env:REGION, eu}
day: ${today:}
"""
SETTINGS = """
import datetime
import os

from omegaconf.resolvers import oc

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": {
        "oc.env": oc.env,
        "today": lambda: os.environ.get("TODAY", f"canary-{datetime.datetime.now():%Y-%m-%d}"),
    },
}
"""
CATALOG = {
    "raw": text_file("${runtime_params:region, eu}/raw.txt"),
    "n0": text_file("${oc.env:REGION}/${today:}/n0.txt"),
    "n2": text_file("${globals:folder}/n2.txt"),
    "{name}": text_file("{name}.txt"),
}
SNAPSHOT = "project.json"
EXPORT = f"""
from shipway.cli import main

for words in (
    ["export", "all"],
    ["export", "kubeflow", "--settings", "vertex.yml", "-o", "deploy/vertex"],
    ["snapshot", "-o", "deploy/{SNAPSHOT}"],
):
    assert not main(words, standalone_mode=False)
"""
"""In one process, most of which is its start."""
DEPLOY = settings_of_all(
    defaults={"env": {"B": "1", "A": "ü"}, "labels": {"z": "1", "a": "2"}, "retries": 2},
    pipelines={"__default__": {"schedule": {"cron": "0 6 * * *"}}},
)
OF_VERTEX = {**DEPLOY, "targets": {"kubeflow": {"image": IMAGE, **VERTEX}}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    output = make_project(
        tmp_path_factory.mktemp("hermetic"),
        REGISTRY,
        catalog=CATALOG,
        parameters=PARAMETERS,
        settings=SETTINGS,
        deploy=DEPLOY,
    )
    output.write("conf/base/globals.yml", "folder: shared")
    output.write("conf/prod/parameters.yml", "year: 2031")
    output.write("vertex.yml", yaml.safe_dump(OF_VERTEX))
    output.write(".gitignore", "conf/local/**\n!conf/local/.gitkeep\n")
    return output


@pytest.fixture(scope="module")
def goal(project: KedroProject) -> dict[str, bytes]:
    """What the first of the worlds gives."""
    return artifact(project, {})


def artifact(project: KedroProject, environ: dict[str, str]) -> dict[str, bytes]:
    """What all targets write into the project's own folder, which is removed again.

    The snapshot is among it. A value of the machine's is in none, nor in what is printed.
    """
    outcome = project.run("python", "-c", EXPORT, **environ)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "canary" not in outcome.stdout + outcome.stderr
    result = files(project.path / "deploy")
    assert any(name.startswith("vertex/") for name in result)
    shutil.rmtree(project.path / "deploy")
    return result


def files(folder: Path) -> dict[str, bytes]:
    result = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    assert {name.partition("/")[0] for name in result} - {SNAPSHOT, "vertex"} == {*TARGETS}
    assert not [name for name, held in result.items() if b"canary" in held]
    return result


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_each_world_gives_the_same_bytes(
    project: KedroProject, goal: dict[str, bytes], world: World, tmp_path: Path
) -> None:
    local = project.path / "conf" / "local"
    shutil.rmtree(local, ignore_errors=True)
    if world.local is not None:
        local.mkdir()
        for name, text in world.local.items():
            (local / name).write_text(text, encoding="utf-8")
    try:
        assert artifact(project, world.environ(tmp_path)) == goal
    finally:
        shutil.rmtree(local, ignore_errors=True)
        local.mkdir()


def test_what_one_machine_has_exported_is_up_to_date_on_another(
    project: KedroProject, goal: dict[str, bytes]
) -> None:
    """Where variables have other values, and where a person's own are there."""
    first = project.run("python", "-m", "shipway", "export", "all", **CANARIES)
    assert first.returncode == 0, first.stderr
    project.write("conf/local/parameters.yml", HELD["parameters.yml"])
    other = {"BUCKET": "x", "TODAY": "another", "KEDRO_ENV": "prod"}
    outcome = project.run("python", "-m", "shipway", "export", "all", "--check", **other)
    (project.path / "conf/local/parameters.yml").unlink()
    shutil.rmtree(project.path / "deploy")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    of_all = [name for name in goal if name.partition("/")[0] in TARGETS]
    assert outcome.stdout.count("up to date") == len(of_all)


def test_another_path_gives_the_same_bytes(
    project: KedroProject, goal: dict[str, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "a much longer folder" / "with blanks"
    shutil.copytree(project.path, elsewhere)
    move = KedroProject(path=elsewhere, package=project.package)
    assert artifact(move, {}) == goal


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="shipway-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def read_only(project: KedroProject, open_folder: Path) -> Iterator[KedroProject]:
    """A copy in which nobody may write."""
    folder = open_folder / "read-only"
    shutil.copytree(project.path, folder, ignore=shutil.ignore_patterns("__pycache__"))
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield KedroProject(path=folder, package=project.package)
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("become", [bound, as_nobody])
def test_a_project_that_nobody_may_write(
    read_only: KedroProject,
    goal: dict[str, bytes],
    open_folder: Path,
    become: Callable[[], list[str]],
) -> None:
    """Whoever exports it: root, as far as others can be root, or a user who is not."""
    held = sorted(read_only.path.rglob("*"))
    out = open_folder / "out"
    out.mkdir()
    out.chmod(0o777)
    for target in TARGETS:
        words = ["-m", "shipway", "export", target, "-o", f"out/{target}"]
        outcome = subprocess.run(
            [*become(), sys.executable, *words, "--project", str(read_only.path)],
            cwd=open_folder,
            env={**os.environ, "HOME": "/nonexistent", "DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    of_targets = {name: held for name, held in goal.items() if name.partition("/")[0] in TARGETS}
    assert files(out) == of_targets
    assert sorted(read_only.path.rglob("*")) == held
    owners = {path.stat().st_uid for path in out.rglob("*")}
    assert owners == ({65534} if become is as_nobody and become() else {os.geteuid()})


@pytest.mark.skipif(os.geteuid() == 0 and not bound(), reason="root cannot be bound here")
def test_control_the_project_is_read_only(read_only: KedroProject) -> None:
    words = [*bound(), "sh", "-c", f"echo x > '{read_only.path}/new'"]
    assert subprocess.run(words, capture_output=True, check=False).returncode
    assert not (read_only.path / "new").exists()


def test_control_another_parameter_gives_other_bytes(
    project: KedroProject, goal: dict[str, bytes], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project.path, copy)
    change = KedroProject(path=copy, package=project.package)
    change.write("conf/base/parameters.yml", PARAMETERS.replace("z: 1", "z: 2"))
    result = artifact(change, {})
    assert result.keys() == goal.keys()
    assert all(result[name] != content for name, content in goal.items() if "schedule" not in name)


def test_control_the_cut_network_is_cut(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    environ = {**os.environ, **World("", {}, "offline").environ(tmp_path)}
    outcome = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert "no network in this world" in outcome.stderr
