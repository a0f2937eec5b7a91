"""The energy example runs, scores sanely and gives the same values twice."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kedro.framework.cli.project import run as kedro_run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "energy"
LAYERS = (
    "01_raw",
    "02_intermediate",
    "03_primary",
    "04_feature",
    "05_model_input",
    "06_models",
    "07_model_output",
    "08_reporting",
)
RAW_DIGESTS = {
    "households.csv": "65a3005cececa3e12a517c04959e157d9f9ad4586ba3914a9db1317e56200f15",
    "meter_readings.csv": "d0eba48c704ad2b32ffe0975b4364509d6f9d4c7eef8bf58de020dd3261963ec",
    "weather_observations.csv": "ad4c5e50a896a51445160a7d225cb89fc68dc5a85b52bc7c377fbb23cc65d7d1",
}

# Kedro 1.2 brought the plural and deprecated the singular.
PLURAL = any("--pipelines" in option.opts for option in kedro_run.params)
PIPELINES = "--pipelines" if PLURAL else "--pipeline"


def python(project: Path, *args: str, **env: str) -> None:
    """Run Python in the project and fail with its output."""
    quiet = {"KEDRO_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    process = subprocess.run(
        [sys.executable, *args],
        cwd=project,
        env={**os.environ, **quiet, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr


def fresh(folder: Path) -> Path:
    """Copy the example without its data and make the raw layer."""
    private_files = shutil.ignore_patterns("data", "__pycache__", "*.egg-info", ".viz")
    project = Path(shutil.copytree(EXAMPLE, folder, ignore=private_files))
    python(project, "scripts/make_data.py")
    return project


def files(layer: Path) -> list[Path]:
    """Every file under a layer, in order."""
    return sorted(path for path in layer.rglob("*") if path.is_file())


def persisted(data: Path) -> dict[str, str]:
    """Digest every file by its name, without the time a version is named after."""
    return {unversioned(path.relative_to(data)): digest(path) for path in files(data)}


def unversioned(path: Path) -> str:
    """Drop the version from the path of a versioned dataset."""
    return "/".join(part for part in path.parts if not part.endswith("Z"))


def digest(path: Path) -> str:
    """Digest one file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metrics(data: Path) -> dict[str, float]:
    """Read the scores of a run."""
    scores: dict[str, float] = json.loads((data / "08_reporting" / "metrics.json").read_text())
    return scores


def versions(data: Path) -> list[Path]:
    """Every saved version of the model."""
    return sorted((data / "06_models" / "demand_model.pkl").iterdir())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example after one full run."""
    project = fresh(tmp_path_factory.mktemp("first") / "energy")
    python(project, "-m", "kedro", "run", PYTHONHASHSEED="1")
    return project


def test_raw_data_is_the_same_on_every_python(project: Path) -> None:
    raw = project / "data" / "01_raw"
    assert {path.name: digest(path) for path in files(raw)} == RAW_DIGESTS


def test_every_layer_holds_files(project: Path) -> None:
    assert sorted(path.name for path in (project / "data").iterdir()) == list(LAYERS)
    empty = [layer for layer in LAYERS if not files(project / "data" / layer)]
    assert empty == []


def test_the_plot_and_the_report_are_what_they_say(project: Path) -> None:
    reporting = project / "data" / "08_reporting"
    assert (reporting / "forecasts.png").read_bytes().startswith(b"\x89PNG\r\n")
    report = (reporting / "report.md").read_text()
    assert report.startswith("# Household demand forecast\n")
    assert [f"| H0{number} |" in report for number in range(1, 7)] == [True] * 6


def test_the_score_is_sane(project: Path) -> None:
    scores = metrics(project / "data")
    assert 0.9 < scores["r2"] < 0.995
    assert 0.5 < scores["skill"] < 0.9
    assert 0 < scores["mae_kwh"] < scores["baseline_mae_kwh"]


def test_two_runs_persist_equal_values(project: Path, tmp_path: Path) -> None:
    again = fresh(tmp_path / "energy")
    python(again, "-m", "kedro", "run", PYTHONHASHSEED="2")
    assert persisted(again / "data") == persisted(project / "data")


def test_one_pipeline_runs_by_itself(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "energy"))
    shutil.rmtree(copy / "data" / "07_model_output")
    python(copy, "-m", "kedro", "run", PIPELINES, "forecasting")
    assert len(versions(copy / "data")) == 2
    assert metrics(copy / "data") == metrics(project / "data")
    assert files(copy / "data" / "07_model_output")


def test_prod_writes_under_its_own_root(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "energy"))
    python(copy, "-m", "kedro", "run", "--env", "prod", ENERGY_WAREHOUSE_TOKEN="t0ken")
    prod = copy / "data" / "prod"
    assert sorted(path.name for path in prod.iterdir()) == list(LAYERS[1:])
    assert "(production)" in (prod / "08_reporting" / "report.md").read_text()
    assert "lag_14" in (prod / "05_model_input" / "train_set.csv").read_text().splitlines()[0]
    assert persisted(project / "data").items() <= persisted(copy / "data").items()
