"""A whole run of the example on each engine, against `kedro run` beside it."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import spread

from tests.engines.airflow import run_all as airflow
from tests.engines.exports import Export, PipelineRun
from tests.engines.kubeflow import run_all as kubeflow
from tests.engines.prefect import run_all as prefect
from tests.projects import KedroProject, copy_example

_SETTINGS: dict[str, Any] = {"pipelines": {"__default__": {"name": "energy_whole"}}}
_ENGINES: dict[str, Callable[..., None]] = {
    "airflow (scheduler)": airflow.run_all,
    "kubeflow (kfp's own orchestrator)": kubeflow.run_all,
    "prefect (embedded server)": prefect.run_all,
}


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    times = parser.parse_args().times
    for name, run_all in _ENGINES.items():
        pairs = [_pair(run_all) for _ in range(times)]
        ratios = [engine / kedro for engine, kedro in pairs]
        print(f"{name}: {spread([p[0] for p in pairs])} s against ", end="")
        print(f"{spread([p[1] for p in pairs])} s of `kedro run`, ratio {spread(ratios)}")


def _pair(run_all: Callable[..., None]) -> tuple[float, float]:
    """Seconds on the clock of the engine, its own start and the export included, and of Kedro."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy_example(Path(folder) / "energy")
        names: Sequence[str] = ("forecasting",)
        prepared = project.run("python", "-m", "kedro", "run", "--pipelines=data_engineering")
        assert prepared.returncode == 0, prepared.stderr
        start = time.monotonic()
        runs = [PipelineRun(pipeline=name) for name in names]
        run_all([Export(project=project, settings=_SETTINGS, runs=runs)], Path(folder))
        return time.monotonic() - start, _kedro(project, names)


def _kedro(project: KedroProject, names: Sequence[str]) -> float:
    start = time.monotonic()
    for name in names:
        done = project.run("python", "-m", "kedro", "run", f"--pipelines={name}")
        assert done.returncode == 0, done.stderr
    return time.monotonic() - start


if __name__ == "__main__":
    main()
