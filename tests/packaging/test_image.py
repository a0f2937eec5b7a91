"""The Dockerfiles of docs/how-to/image.md, built as they stand there, and a task in each image.

Two things are not as elsewhere. The base image is one of the tests: the machine's programs, and a
Python with pip. And pip asks no index: what Kedro and the example require is there already, as
links to the packages of the dev environment (to all but Shipway), which each container sees.
"""

from __future__ import annotations

import ensurepip
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripts.environments import ROOT

from tests.containers.podman import PATH, Podman
from tests.docs.pages import blocks
from tests.projects import KedroProject, copy_example

from .building import build

pytestmark = pytest.mark.engine

PAGE = ROOT / "docs" / "how-to" / "image.md"
BASE = "docker.io/library/python:3.11-slim"
USER = 1000
PYTHON = "/opt/python"
NODE = "ingest.weather.fill_weather_gaps"
SIGNATURE = "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
OUTPUT = "02_intermediate/daily_weather.csv"
NODES = json.dumps({NODE: SIGNATURE})
TASK = (
    *("python", "-m", "shipway.runtime", "--project=/app", "--package=energy", "--run-id=one"),
    *("--created=2026-01-31T06:00:00Z", "--flow=energy", f"--nodes={NODES}"),
)
BUILD = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["src/energy"]
"""
PROJECT = {"pyproject.toml", "conf/base/catalog_forecasting.yml", "src/energy/settings.py"}


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that a Dockerfile of the page makes, and what a task in it is told more."""

    tag: str
    words: tuple[str, ...]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """The example with what the page puts beside it, and with what no image may hold."""
    project = copy_example(tmp_path_factory.mktemp("image") / "energy")
    metadata = (project.path / "pyproject.toml").read_text()
    (listed,) = re.findall(r"^dependencies = \[\n(.*?)^\]", metadata, re.DOTALL | re.MULTILINE)
    project.write("requirements.txt", "\n".join(re.findall(r'"(.*)"', listed)))
    project.write("conf/local/credentials.yml", "warehouse: {password: nobody-knows}\n")
    project.write(".env", "WAREHOUSE_PASSWORD=nobody-knows\n")
    (ignore,) = (b for b in blocks(PAGE, "text") if b.startswith("# .dockerignore\n"))
    project.write(".dockerignore", ignore)
    return project


@pytest.fixture(scope="module")
def dist(project: KedroProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shipway's wheel, and what `kedro package` makes.

    That builds the wheel in a fresh environment, which needs an index: here it is built in this
    one, by its own backend. The archive is made as in `kedro.framework.cli.project.package`.
    """
    folder = project.path / "dist"
    source = Path(shutil.copytree(project.path, tmp_path_factory.mktemp("source") / "energy"))
    file = source / "pyproject.toml"
    file.write_text(BUILD + re.sub(r"^\[build-system\]\n.*?\n\n", "", file.read_text(), flags=re.S))
    folder.mkdir()
    for place in (ROOT, source):
        shutil.copy(build("--wheel", place, tmp_path_factory.mktemp("wheel")), folder)
    archive = ["tar", "--exclude=local/*.yml", "-czf", str(folder / "conf-energy.tar.gz"), "conf"]
    subprocess.run(archive, cwd=project.path, check=True)
    return folder


@pytest.fixture(scope="module")
def base(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image that the Dockerfiles start from."""
    venv = tmp_path_factory.mktemp("base") / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv)}))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "shipway" not in entry.name and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)
    pip = venv / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec {PYTHON}/bin/python {PYTHON}/pip.whl/pip "$@"\n')
    pip.chmod(0o755)
    (bundled,) = Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl")
    shutil.copy(bundled, venv / "pip.whl")  # as a file, of which each container has a copy
    variables = {"PATH": f"{PYTHON}/bin:/usr/sbin:{PATH}", "PIP_NO_INDEX": "1"}
    variables |= {"PIP_ROOT_USER_ACTION": "ignore"}
    accounts = venv.with_name("passwd")  # the machine's own may have one of that number
    accounts.write_text("root:x:0:0:root:/root:/bin/sh\n")
    groups = venv.with_name("group")
    groups.write_text("root:x:0:\n")
    files = {PYTHON: venv, "/etc/passwd": accounts, "/etc/group": groups}
    return podman.image(BASE, files=files, variables=variables)


@pytest.fixture(scope="module", params=["project", "package"])
def image(
    request: pytest.FixtureRequest, podman: Podman, base: str, project: KedroProject, dist: Path
) -> Image:
    plain, packaged = blocks(PAGE, "dockerfile")
    is_packaged = request.param == "package"
    file = dist.parent.parent / f"{request.param}.Dockerfile"
    file.write_text(packaged if is_packaged else plain)
    tag = f"localhost/energy/{request.param}:1"
    options = ("--pull=never", "--layers=false", f"--file={file}", f"--tag={tag}")
    podman.output("build", *options, project.path)
    return Image(tag=tag, words=("--conf-source=conf-energy.tar.gz",) if is_packaged else ())


@pytest.fixture(scope="module")
def goal(project: KedroProject) -> bytes:
    """What `kedro run` writes."""
    process = project.run("python", "-m", "kedro", "run", f"--nodes={NODE}")
    assert process.returncode == 0, process.stdout + process.stderr
    return (project.path / "data" / OUTPUT).read_bytes()


@pytest.fixture
def data(project: KedroProject, tmp_path: Path) -> Path:
    """The raw data, where the user of the image can write."""
    folder = tmp_path / "data"
    shutil.copytree(project.path / "data" / "01_raw", folder / "01_raw")
    folder.chmod(0o777)
    return folder


def test_a_task_writes_what_kedro_run_writes(
    podman: Podman, image: Image, goal: bytes, data: Path
) -> None:
    options = ["--read-only", "--network=none", f"--volume={data}:/app/data"]
    process = podman.run(*TASK, *image.words, image=image.tag, options=options)
    assert process.returncode == 0, process.stdout + process.stderr
    assert (data / OUTPUT).read_bytes() == goal
    assert (data / OUTPUT).stat().st_uid == USER


def test_the_image_holds_the_project_and_nothing_private(podman: Podman, image: Image) -> None:
    process = podman.run("find", "/app", "/tmp", "-type", "f", image=image.tag)
    names = {name.removeprefix("/app/") for name in process.stdout.splitlines()}
    assert names >= PROJECT if not image.words else "conf-energy.tar.gz" in names
    assert not [name for name in names if re.search(r"local/|\.env|^data|pycache", name)]
    search = ["grep", "-rlI", "nobody-knows", "/app", "/tmp", "/home", PYTHON]
    assert podman.run(*search, image=image.tag).stdout == ""


def test_without_shipway_no_task_runs(podman: Podman, image: Image, data: Path) -> None:
    """The control: what a task needs is in the image, and not the tests' own."""
    words = ["sh", "-c", f'rm -r {PYTHON}/lib/*/site-packages/shipway; exec "$0" "$@"', *TASK]
    options = ["--user=0", f"--volume={data}:/app/data"]
    process = podman.run(*words, *image.words, image=image.tag, options=options)
    assert process.returncode == 1
    assert "No module named 'shipway'" in process.stderr.splitlines()[-1]
    assert not (data / OUTPUT).exists()
