"""The example's artifacts, kept as they should be: tests/golden/<export>/<target>/.

After a wanted change: `SHIPWAY_UPDATE_GOLDEN=1 make test-fast ARGS="-k golden"`, and read the diff.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from shipway.cli import main
from tests.projects import copy_example
from tests.targets import GOLDEN as TARGETS

REPO = Path(__file__).resolve().parents[2]
GOLDEN = REPO / "tests" / "golden"
SETTINGS = REPO / "examples" / "energy" / "conf" / "base" / "deploy.yml"
PIPELINES = ("__default__", "reporting")
JOBS = {
    "retrain": {
        "params": {"split.holdout_days": 7, "model": {"folds": 3}},
        "to_nodes": ["train_model"],
        "schedule": "none",
        "retries": 1,
    },
    # On Prefect, deployments of one flow.
    "long_view": {"pipeline": "forecasting", "params": {"evaluation.interval.level": 0.8}},
    "wide_view": {
        "pipeline": "forecasting",
        "params": {"evaluation.interval.level": 0.95},
        "schedule": {"cron": "0 3 * * 1", "timezone": "Europe/Paris"},
    },
}
EXPORTS: Mapping[str, Sequence[str]] = {
    **{name: ("-p", name) for name in PIPELINES},
    "retrain": ("-j", "retrain"),
    "views": ("-j", "long_view,wide_view"),
}
"""What is exported into which folder."""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, read once; that a snapshot gives the same files is tested elsewhere."""
    folder = tmp_path_factory.mktemp("golden")
    project = copy_example(folder / "energy")
    process = project.run("python", "-m", "shipway", "snapshot", "-o", str(folder / "energy.json"))
    assert process.returncode == 0, process.stderr
    return folder / "energy.json"


@pytest.fixture(scope="module", params=TARGETS)
def artifact(
    request: pytest.FixtureRequest, snapshot: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder for each pipeline, exported for one target."""
    out: Path = tmp_path_factory.mktemp(request.param)
    more = snapshot.with_name(f"{request.param}.yml")
    target = request.param.partition("-")[0]
    content = {"targets": {target: dict(TARGETS[request.param])}, "jobs": JOBS}
    more.write_text(yaml.safe_dump(content))
    words = ["export", target, "--snapshot", str(snapshot)]
    words += ["--settings", str(SETTINGS), "--settings", str(more)]
    for name, selection in EXPORTS.items():
        folder = out / name / request.param
        process = CliRunner().invoke(main, [*words, *selection, "-o", str(folder)])
        assert process.exit_code == 0, process.output
    return out


def test_the_example_is_exported_as_before(artifact: Path) -> None:
    product = {file.relative_to(artifact): file for file in artifact.rglob("*.*") if file.is_file()}
    assert {name.parts[0] for name in product} == set(EXPORTS)
    for name, file in product.items():
        golden = GOLDEN / name
        if os.environ.get("SHIPWAY_UPDATE_GOLDEN"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, golden)
        assert file.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_no_golden_file_is_left_behind() -> None:
    result = {file.relative_to(GOLDEN).parts[:2] for file in GOLDEN.rglob("*.*") if file.is_file()}
    assert result == {(name, target) for name in EXPORTS for target in TARGETS}
