"""The oldest supported Kedro gives the same IR as the newest, and refuses the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kedro
import pytest

from tests.projects import KedroProject, make_project, new_package

pytestmark = pytest.mark.engine
ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = '''
import functools

from kedro.io import AbstractDataset


class File(AbstractDataset):
    def __init__(self, filepath, **more):
        self.filepath = filepath

    def _load(self): pass
    def _save(self, data): pass
    def _describe(self): return {}


class Fleeting(File):
    def __init__(self, **more):
        super().__init__("x")
        self._EPHEMERAL = True


def make(*parts):
    """Make it."""


partial = functools.partial(make, 1)
lambda_ = lambda *parts: None
'''
REGISTRY = """
from kedro.framework.project import find_pipelines
inner = pipeline([
    node(f.make, ["raw@a", "params:rate", "parameters"], ["mid", "cached"], tags=["b", "a"]),
    node(f.partial, "mid", "fleeting", confirms="mid"),
    node(f.lambda_, ["fleeting", "cached"], "x_file@b"),
    node(f.make, ["x_file@c", "params:model.depth"], "nowhere", name="named"),
])
spaced = pipeline(inner, namespace="one.two", inputs={"raw@a": "raw@a"})
return {**find_pipelines(), "__default__": inner + spaced, "inner": inner, "none": None,
        "empty": Pipeline([])}
"""
FOUND = """
from kedro.pipeline import node, pipeline


def create_pipeline(**kwargs):
    return pipeline([node(print, "raw@a", None, name="show")])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """A project with something of everything that Kedro may read differently."""
    package = new_package()
    file = f"{package}.functions.File"
    project = make_project(
        tmp_path_factory.mktemp("rich"),
        REGISTRY,
        catalog={
            "raw@a": {"type": file, "filepath": "s3://k:p@b/raw", "credentials": "c"},
            "cached": {"type": "CachedDataset", "dataset": {"type": file, "filepath": "d/c"}},
            "fleeting": {"type": f"{package}.functions.Fleeting"},
            "{name}_file@b": {
                "type": file,
                "filepath": "${globals:root}/{name}",
                "versioned": True,
            },
            "{name}_file@c": {"type": file, "filepath": "${globals:root}/${today:}/{name}"},
            "one.{space}.cached": {"type": file, "filepath": "d/{space}"},
        },
        parameters={
            "rate": 0.5,
            "model": {"depth": 3, "apiKey": "x", "big": 2**70},
            "one": {"two": {"rate": 1, "model": {"depth": 2}}},
            "again": {"rate": "${rate}", "model": "${model}", "root": "${globals:root}"},
            "computed": ["${today:}", "s3://${runtime_params:bucket, b}/x"],
        },
        deploy={"defaults": {"retries": 2}},
        nodes=FUNCTIONS,
        settings='CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local",\n'
        '    "merge_strategy": {"parameters": "soft"},\n'
        '    "custom_resolvers": {"today": lambda: "2026-01-31"}}\n',
        package=package,
    )
    project.write("conf/base/globals.yml", "root: data\n")
    project.write("conf/prod/parameters.yml", "model: {depth: 4}\n")
    project.write(f"src/{package}/pipelines/__init__.py", "")
    project.write(f"src/{package}/pipelines/found/__init__.py", FOUND)
    return project


def snapshot(project: KedroProject, python: str, *args: str) -> dict[str, Any]:
    process = project.run(python, "-m", "shipway", "snapshot", *args)
    assert process.returncode == 0, process.stderr
    document: dict[str, Any] = json.loads(process.stdout)
    return document


@pytest.mark.parametrize(
    "options", ["", "--with-hooks", "--env prod --params model.big=1,new.text=2026-01-01"]
)
def test_the_same_project_gives_the_same_ir(
    oldest: Path, project: KedroProject, options: str
) -> None:
    new = snapshot(project, "python", *options.split())
    old = snapshot(project, str(oldest), *options.split())
    assert (old.pop("kedro"), new.pop("kedro")) == ("1.0.0", kedro.__version__)
    assert old == new
    assert "2026-01-31" not in json.dumps(new)
    sources = {".".join(leaf["path"]): leaf.get("source") for leaf in new["parameters"]}
    assert sources["again.model.depth"] == "${model.depth}"
    assert sources["computed"] == "${today:} s3://${runtime_params:bucket, b}/x"
    names = [pipeline["name"] for pipeline in new["pipelines"]]
    assert names == ["__default__", "empty", "found", "inner"]
    kinds = {dataset["name"]: dataset["kind"] for dataset in new["datasets"]}
    assert kinds == {
        "cached": "local",
        "fleeting": "memory",
        "mid": "memory",
        "nowhere": "memory",
        "one.two.cached": "local",
        "one.two.fleeting": "memory",
        "one.two.mid": "memory",
        "one.two.nowhere": "memory",
        "one.two.x_file@b": "local",
        "one.two.x_file@c": "local",
        "raw@a": "remote",
        "x_file@b": "local",
        "x_file@c": "local",
    }


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("src/PACKAGE/pipelines/found/__init__.py", "import gone\n", "found/__init__.py:1"),
        ("src/PACKAGE/functions.py", "\ndef make(:\n", "functions.py:2"),
        ("conf/base/catalog.yml", "a: 1\nb: {\n", "conf/base/catalog.yml:"),
        ("conf/base/catalog.yml", "raw@a: {type: gone.Dataset}\n", "conf/base/catalog.yml:1"),
    ],
)
def test_the_same_mistakes_are_told(
    oldest: Path, project: KedroProject, file: str, text: str, says: str
) -> None:
    path = project.path / file.replace("PACKAGE", project.package)
    right = path.read_text()
    path.write_text(text)
    try:
        process = project.run(str(oldest), "-m", "shipway", "plan")
    finally:
        path.write_text(right)
    assert process.returncode == 3
    assert says in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("arguments", "files", "says"),
    [
        ("", {"base/deploy": "\ndefaults: {retries: x}\n"}, ["conf/base/deploy.yml:2"]),
        (
            "",
            {"base/deploy": "defaults: {}\n", "prod/deploy": "\ndefaults: {}\n"},
            ["conf/base/deploy.yml:1", "conf/prod/deploy.yml:2", "`base_env`"],
        ),
        (
            '"base_env": "base", "default_run_env": "local"',
            {"deploy": "targets: {}\n", "prod/deploy": "x: 1\n", "base/.old/deploy": "x: 1\n"},
            ["conf/deploy.yml", "to conf/base/deploy.yml"],
        ),
    ],
)
def test_settings_are_looked_for_in_the_same_places(
    oldest: Path, tmp_path: Path, arguments: str, files: dict[str, str], says: list[str]
) -> None:
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}',
        settings=f"CONFIG_LOADER_ARGS = {{{arguments}}}\n",
    )
    for name, text in files.items():
        project.write(f"conf/{name}.yml", text)
    for python in ("python", str(oldest)):
        process = project.run(python, "-m", "shipway", "plan")
        assert process.returncode == 2
        assert all(part in process.stderr for part in says), process.stderr
        assert "Traceback" not in process.stderr
