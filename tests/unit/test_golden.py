"""The example's artifacts, kept as they should be: tests/golden/<pipeline>/<target>/.

After a wanted change: `SHIPWAY_UPDATE_GOLDEN=1 make test-fast ARGS="-k golden"`, and read the diff.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]
GOLDEN = REPO / "tests" / "golden"
PIPELINES = ("__default__", "reporting")
TARGETS = {
    "airflow-3": {"airflow": {"version": "3"}},
    "airflow-2.11": {"airflow": {"version": "2.11"}},
    "kubeflow": {},
    "prefect": {},
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden") / "energy"
    ignored = shutil.ignore_patterns("data", "deploy", "__pycache__", ".venv")
    shutil.copytree(REPO / "examples" / "energy", folder, ignore=ignored)
    return folder


@pytest.fixture(scope="module", params=TARGETS)
def exported(
    request: pytest.FixtureRequest, example: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder for each pipeline, exported for one target."""
    out = tmp_path_factory.mktemp(request.param)
    more = out / "more.yml"
    more.write_text(yaml.safe_dump({"targets": TARGETS[request.param]}))
    target = request.param.partition("-")[0]
    for pipeline in PIPELINES:
        settings = ["--settings", "conf/base/deploy.yml", "--settings", str(more)]
        words = ["export", target, "-p", pipeline, "-o", str(out / pipeline / request.param)]
        done = subprocess.run(
            [sys.executable, "-m", "shipway", *words, *settings],
            cwd=example,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    more.unlink()
    return out


def test_the_example_is_exported_as_before(exported: Path) -> None:
    made = {file.relative_to(exported): file for file in exported.rglob("*.*") if file.is_file()}
    assert {name.parts[0] for name in made} == set(PIPELINES)
    for name, file in made.items():
        golden = GOLDEN / name
        if os.environ.get("SHIPWAY_UPDATE_GOLDEN"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, golden)
        assert file.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_no_golden_file_is_left_behind() -> None:
    found = {file.relative_to(GOLDEN).parts[:2] for file in GOLDEN.rglob("*.*") if file.is_file()}
    assert found == {(pipeline, target) for pipeline in PIPELINES for target in TARGETS}
