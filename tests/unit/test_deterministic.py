"""Same project, settings and version: same bytes, wherever and whenever."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, text_file

REGISTRY = """
names = [f"n{i}" for i in range(12)]
nodes = [
    node(f.make, ["raw", "params:a", "params:b.c"], n, name=n, tags=["x", "y", "z"])
    for n in names
]
last = node(f.make, names, "end", name="end")
return {"__default__": pipeline([*nodes, last]), "part": pipeline(nodes[:3])}
"""

# Another clock: a day in the past at every look.
CLOCK = """
import datetime
import time

real = time.time
time.time = lambda: real() - 86400


class Past(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)


datetime.datetime = Past
"""
COMMANDS = (
    ("export", "airflow", "--all", "-o", "OUT"),
    ("plan", "--format", "json", "--target", "airflow"),
    ("plan", "--all", "--format", "html"),
    ("snapshot",),
)
# In one process: most of each would be the import of Kedro.
CALL = """
import json
import sys

from shipway.cli import main

for number, words in enumerate(json.loads(sys.argv[1])):
    print("\\f" if number else "", end="")
    try:
        main(words)
    except SystemExit as end:
        assert not end.code
"""
WORLDS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "LANG": "C", "PYTHONPATH": "clock"},
    {"PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "USER": "somebody"},
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    result = make_project(
        tmp_path_factory.mktemp("first"),
        REGISTRY,
        catalog={"raw": text_file("raw.txt"), "{name}": text_file("{name}.txt")},
        parameters={"a": {"z": 1, "y": [2.5]}, "b": {"c": "ü"}},
        deploy={
            "defaults": {"env": {"B": "1", "A": "2"}, "labels": {"z": "1", "a": "2"}},
            "pipelines": {
                "__default__": {"schedule": {"cron": "0 6 * * *", "start": "2026-01-01"}}
            },
        },
    )
    result.write("clock/sitecustomize.py", CLOCK)
    return result


def _outputs(project: KedroProject, world: dict[str, str]) -> list[str]:
    """What every command prints and writes, in one world."""
    out = project.path / "out"
    env = dict(world)
    if "PYTHONPATH" in env:
        env["PYTHONPATH"] = str(project.path / env["PYTHONPATH"])
    commands = [[str(out) if word == "OUT" else word for word in words] for words in COMMANDS]
    process = project.run(sys.executable, "-c", CALL, json.dumps(commands), **env)
    assert process.returncode == 0, process.stderr
    texts = process.stdout.replace(str(out), "OUT").split("\f")
    assert len(texts) == len(COMMANDS)
    assert all(texts[1:])
    texts += [file.read_text(encoding="utf-8") for file in sorted(out.rglob("*.py"))]
    shutil.rmtree(out)
    return texts


def test_same_bytes_in_every_world(project: KedroProject, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a much longer folder" / "with blanks"
    shutil.copytree(project.path, elsewhere)
    move = KedroProject(path=elsewhere, package=project.package)
    first, *others = (
        _outputs(where, world) for where, world in zip((project, move, move), WORLDS, strict=True)
    )
    assert len(first) == len(COMMANDS) + 2
    for other in others:
        assert other == first


def test_another_parameter_gives_other_bytes(project: KedroProject) -> None:
    """The control: the comparison can tell two projects apart."""
    before = _outputs(project, WORLDS[0])
    file = project.path / "conf" / "base" / "parameters.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("2.5", "2.6"), encoding="utf-8")
    after = _outputs(project, WORLDS[0])
    file.write_text(text, encoding="utf-8")
    assert [a == b for a, b in zip(before, after, strict=True)].count(True) <= 1
