"""The golden artifacts compared with each other, as one release's with another's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipway.comparison.reading import compare_files
from shipway.targets.registry import find
from tests.targets import OF_TASKS
from tests.unit.comparison.artifacts import artifact
from tests.unit.planner.build_ir import node

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
SEEDS = "import sys; from tests.unit.comparison import test_golden as t; t.tell(sys.argv[1])"


def golden(name: str) -> dict[str, str]:
    folder = GOLDEN / name
    files = sorted(path for path in folder.rglob("*.*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def tell(target: str) -> None:
    """Print what a whole other pipeline changes."""
    folder = {"airflow": "airflow-3"}.get(target, target)
    plan = artifact(target, node("a", "raw", "x")).plan
    files = [golden(f"{name}/{folder}") for name in ("__default__", "reporting")]
    result = compare_files(find(target), plan, *files, pipeline="p", folder="deploy")
    print(*result.changes, sep="\n")


@pytest.mark.parametrize("target", OF_TASKS)
def test_the_order_of_changes_is_none_of_a_hash(target: str) -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SEEDS, target],
            cwd=GOLDEN.parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2")
    }
    (output,) = outputs
    for kind in ("pipeline-renamed", "task-removed", "parameter-removed", "digest"):
        assert f"kind='{kind}'" in output
    assert "kind='task-added'" not in output, "the smaller pipeline is a part of the larger"


def test_another_release_of_airflow_is_one_change_of_a_setting() -> None:
    files = [golden(f"__default__/airflow-{version}") for version in ("2.11", "3")]
    plan = artifact("airflow", node("a", "raw", "x")).plan
    result = compare_files(find("airflow"), plan, *files, pipeline="p", folder="deploy")
    changes = [change for change in result.changes if change.kind != "digest"]
    assert [(c.name, c.before, c.after) for c in changes] == [("version", "2", "3")]
