"""A small project for the command line, fresh for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shipway.cli import main
from tests.projects import KedroProject, make_project, text_file

REGISTRY = """
first = node(f.make, ["raw", "params:size"], "mid", name="first", tags=["etl"])
second = node(f.make, "mid", "end", name="second", tags=["ml"])
return {
    "__default__": pipeline([first, second]),
    "scoring": pipeline([second]),
    "broken": pipeline([node(f.make, "nobody_makes_this", "end", name="third")]),
}
"""


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return make_project(
        tmp_path_factory.mktemp("cli"),
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "mid", "end")},
        parameters={"size": 1},
        deploy="defaults: {retries: 1}\n",
    )


@pytest.fixture
def project(original: KedroProject, tmp_path: Path) -> KedroProject:
    """The project, to be changed in its configuration only: its code stays imported."""
    shutil.copytree(original.path, tmp_path / "project")
    return KedroProject(path=tmp_path / "project", package=original.package)


@pytest.fixture
def shipway() -> Callable[..., Result]:
    """Call `shipway` in this process, on no project."""

    def call(*args: str) -> Result:
        return CliRunner().invoke(main, args)

    return call
