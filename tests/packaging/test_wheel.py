"""The wheel, built from the sdist and installed outside the repository, does what the tree does."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from scripts.environments import DEV, ROOT, UV, uv_environ

from .building import build, capture, run

pytestmark = pytest.mark.engine

PINS = ROOT / "requirements" / f"{DEV.name}.txt"
NEEDED_BY_ENERGY = ("kedro-datasets", "matplotlib", "pandas", "scikit-learn")
LOOK = "import shipway_templates, shipway; print(shipway.__file__, *shipway_templates.__path__)"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this repository."""
    if not UV.exists():
        pytest.fail(f"no uv at {UV}: `make test` sets it up", pytrace=False)
    return build("--sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of what the source distribution holds and of nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build("--wheel", folder / sdist.name.removesuffix(".tar.gz"), folder)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that holds the wheel, Kedro and what the example needs."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    uv("venv", "--python", sys.executable, venv)
    goal = [f"shipway[kedro] @ {wheel.as_uri()}", *NEEDED_BY_ENERGY]
    uv("pip", "install", "--python", venv, "--constraints", PINS, *goal)
    return venv / "bin" / "python"


@pytest.fixture
def energy(tmp_path: Path) -> Path:
    """A copy of the example, outside the repository."""
    private_files = shutil.ignore_patterns("data", "deploy", "__pycache__", "*.egg-info", ".venv")
    source = ROOT / "examples" / "energy"
    return Path(shutil.copytree(source, tmp_path / "energy", ignore=private_files))


def test_the_sdist_holds_what_the_readme_promises(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= names


def test_the_wheel_holds_the_three_packages_and_no_test(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"shipway", "shipway_exporters", "shipway_templates"}
    assert "shipway_templates/airflow/dag.py.j2" in names
    assert "shipway/readers/quiet_logging.json" in names
    assert {"main.js", "library/dagre.js", "library/dagre.LICENSE.txt"} <= {
        name.removeprefix("shipway/views/page/") for name in names
    }
    assert {name for name in names if name.endswith("py.typed")} == {
        "shipway/py.typed",
        "shipway_exporters/py.typed",
    }


def test_it_exports_the_same_bytes(python: Path, energy: Path) -> None:
    assert str(ROOT) not in run(python, "-c", LOOK, cwd=energy).stdout
    for interpreter, folder in ((python, "installed"), (Path(sys.executable), "tree")):
        process = export(interpreter, energy, folder)
        assert process.returncode == 0, process.stderr
    installation, tree = texts(energy / "installed"), texts(energy / "tree")
    assert len(tree) == 4
    assert installation == tree


def test_it_is_in_kedros_own_command_line(python: Path, energy: Path) -> None:
    process = run(python, "-m", "kedro", "export", "airflow", "-o", "out", cwd=energy)
    assert process.returncode == 0, process.stderr
    assert list(texts(energy / "out")) == ["energy.py"]


def test_without_its_template_it_says_so(python: Path, energy: Path) -> None:
    """The control: a wheel that lacks the templates does not pass."""
    folder = Path(run(python, "-c", LOOK, cwd=energy).stdout.split()[-1]) / "airflow"
    aside = folder.rename(folder.with_name("aside"))
    try:
        process = export(python, energy, "out")
    finally:
        aside.rename(folder)
    assert process.returncode == 2
    assert "There is no template `airflow/dag.py.j2`." in process.stderr
    assert "Traceback" not in process.stderr
    assert not (energy / "out").exists()


def export(python: Path, project: Path, folder: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "shipway", "export", "airflow", "--all", "-o", folder)
    return run(python, *command, cwd=project)


def uv(*args: str | Path) -> None:
    process = capture([UV, *args], uv_environ(), ROOT)
    assert process.returncode == 0, process.stderr


def texts(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
