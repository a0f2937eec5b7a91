"""How long one task takes, against `kedro run` of the same node of the same pipeline."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import REPO, Command, by_turns, compare, run

_ENERGY = REPO / "examples" / "energy"
_TASKS = (
    ("data_engineering", "ingest.weather.fill_weather_gaps"),
    ("reporting", "write_report"),
)


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=11)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        project = _with_data(Path(folder, "energy"))
        for pipeline, node in _TASKS:
            kedro = (sys.executable, "-m", "kedro", "run", f"--pipelines={pipeline}")
            pairs = by_turns(_task(pipeline, node), (*kedro, f"--nodes={node}"), times, project)
            compare(f"{pipeline}: {node}", pairs, budget=1)


def _with_data(project: Path) -> Path:
    """The example after a run of all its pipelines, so that each node finds its inputs."""
    ignored = shutil.ignore_patterns("data", "deploy", "__pycache__")
    shutil.copytree(_ENERGY, project, ignore=ignored)
    run((sys.executable, "scripts/make_data.py"), project)
    run((sys.executable, "-m", "kedro", "run"), project)
    return project


def _task(pipeline: str, node: str) -> Command:
    """The command of a task, as an exported DAG gives it."""
    job = {
        "package": "energy",
        "pipeline": pipeline,
        "nodes": json.dumps([node]),
        "run-id": "benchmark",
        "created": "2026-01-31T06:00:00Z",
        "flow": "energy",
        "task": node,
    }
    options = (f"--{name}={value}" for name, value in job.items())
    return (sys.executable, "-m", "shipway.runtime", *options)


if __name__ == "__main__":
    main()
