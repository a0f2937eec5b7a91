"""What an export from a snapshot costs on each target, and how that grows with the nodes."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.measure import SHIPWAY, run, spread

from shipway.readers.snapshot import dump
from shipway.targets.registry import names
from tests.large import energy_at_scale

_SETTINGS = """
targets:
  argo:
    image: energy:1
    volumes: [{claim: data, mount: /app/data}]
    max_workflow_size: 1Gi
  kubeflow:
    image: energy:1
    volumes: [{claim: data, mount: /app/data}]
    argo: "4.1"
    max_workflow_size: 1Gi  # no cluster takes as much: what is measured is how the work grows
"""


_LIMITED = ("databricks",)
"""Targets that take no pipeline of such a size: a job of Databricks has 1,000 tasks."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    parser.add_argument(
        "--targets", nargs="+", default=[name for name in names() if name not in _LIMITED]
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "deploy.yml")
        settings.write_text(_SETTINGS, encoding="utf-8")
        for nodes in given.sizes:
            snapshot = Path(folder, f"{nodes}.json")
            snapshot.write_text(dump(energy_at_scale(nodes)), encoding="utf-8")
            for target in given.targets:
                _measure(target, nodes, snapshot, settings, given.times)


def _measure(target: str, nodes: int, snapshot: Path, settings: Path, times: int) -> None:
    out = snapshot.with_name(f"{target}-{nodes}")
    command = (*SHIPWAY, "export", target, "--snapshot", snapshot, "-o", out)
    runs = [run((*command, "--settings", settings)) for _ in range(times)]
    seconds = [one.cpu for one in runs]
    peak = statistics.median(one.mebibytes for one in runs)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20
    print(f"{target}, {nodes:,} nodes: {spread(seconds)} s of cpu, ", end="")
    print(f"{statistics.median(seconds) * 1000 / nodes:.2g} s for 1,000, ", end="")
    print(f"{peak:.0f} MiB at the peak, {size:.1f} MiB written")


if __name__ == "__main__":
    main()
