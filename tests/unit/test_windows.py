"""Windows: what only POSIX has is not needed to export, and paths in artifacts are POSIX.

The modules that Windows lacks are taken away from Shipway and from what is its own dependency;
`msvcrt`, which it has instead, is played by a module of the test.
"""

from __future__ import annotations

import json
from pathlib import Path, PureWindowsPath

import pytest

from shipway.readers.storage import storage_of
from tests.projects import KedroProject, make_project, text_file
from tests.targets import TARGETS, settings_of_all

WORLD = """
import builtins, os, sys, types

POSIX = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix", "crypt"}
OURS = ("shipway", "shipway_exporters", "shipway_templates", "click", "jinja2", "yaml")
original = builtins.__import__

def windows(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {}).get("__name__", "").partition(".")[0]
    if name == "msvcrt" and importer in OURS:
        return msvcrt
    if importer in OURS and not level and name.partition(".")[0] in POSIX:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return original(name, globals, locals, fromlist, level)

builtins.__import__ = windows

def locking(handle, mode, number):
    with open(os.environ["LOCKS"], "a", encoding="utf-8") as log:
        log.write("locked\\n")
    if len(open(os.environ["LOCKS"], encoding="utf-8").readlines()) == 1:
        raise PermissionError(13, "Permission denied")

msvcrt = types.ModuleType("msvcrt")  # not for all: by it, `subprocess` knows Windows
msvcrt.LK_NBLCK = 2
msvcrt.locking = locking

def no_folder(path, flags, *args, **kwargs):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)
    return open_file(path, flags, *args, **kwargs)

open_file, os.open = os.open, no_folder
"""
REGISTRY = """
nodes = [
    node(f.make, "raw", "mid", name="first", namespace="prep"),
    node(f.make, "mid", "end", name="second"),
]
return {"__default__": pipeline(nodes)}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    folder = tmp_path_factory.mktemp("windows")
    catalog = {name: text_file(f"{name}.txt") for name in ("raw", "prep.mid", "mid", "end")}
    result = make_project(folder, REGISTRY, catalog=catalog, deploy=settings_of_all())
    result.write("world/sitecustomize.py", WORLD)
    return result


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_an_export_gives_the_same_bytes_without_what_only_posix_has(
    project: KedroProject, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    world = {"PYTHONPATH": str(project.path / "world"), "LOCKS": str(locks)}
    for words in (["export", "all"], ["snapshot", "-o", "project.json"], ["doctor"], ["plan"]):
        process = project.run("python", "-m", "shipway", *words, **world)
        assert process.returncode in (0, 1), process.stderr
        assert "Traceback" not in process.stderr
    assert locks.read_text().splitlines()[:2] == ["locked", "locked"], "it waits for its turn"
    there = tree(project.path / "deploy")
    assert {name.partition("/")[0] for name in there} == {*TARGETS}
    assert not any("lock" in name for name in there), "the file that was locked is gone"
    outcome = project.run("python", "-m", "shipway", "export", "all", "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_control_the_world_has_no_such_module(project: KedroProject, tmp_path: Path) -> None:
    code = "import shipway.artifacts.lock as lock; exec('import fcntl', vars(lock))"
    world = {"PYTHONPATH": str(project.path / "world"), "LOCKS": str(tmp_path / "locks")}
    process = project.run("python", "-c", code, **world)
    assert "No module named 'fcntl'" in process.stderr


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("C:/work/shop/data/a.csv", "data/a.csv"),
        ("data/a.csv", "data/a.csv"),
        ("C:/elsewhere/a.csv", "C:/elsewhere/a.csv"),
    ],
)
def test_a_path_in_the_project_is_relative_on_a_drive_as_well(path: str, location: str) -> None:
    root = PureWindowsPath(r"C:\work\shop")
    storage = storage_of({"type": "pandas.CSVDataset", "filepath": path}, root)
    assert storage.location == location


def test_paths_in_what_machines_read_are_posix(project: KedroProject) -> None:
    process = project.run("python", "-m", "shipway", "snapshot")
    nodes = json.loads(process.stdout)["pipelines"]
    assert "\\\\" not in json.dumps(nodes)
