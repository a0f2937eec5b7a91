"""What an export from a snapshot costs on each target, and how that grows with the nodes."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from benchmarks.measure import SHIPWAY, run, spread

from shipway.readers.snapshot import dump
from tests.large import energy_at_scale
from tests.targets import GOLDEN, OPTIONS

_LARGER: Mapping[str, Mapping[str, str]] = {
    # No cluster takes as much: what is measured is how the work grows.
    "argo": {"max_workflow_size": "1Gi"},
    "kubeflow": {"argo": "4.1", "max_workflow_size": "1Gi"},
}
_MOST: Mapping[str, int] = {"databricks": 1_000, "kubernetes": 1_000}
"""Nodes. A job of Databricks has 1,000 tasks, and one argument of a container 128 KiB."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    parser.add_argument("--profiles", nargs="+", choices=GOLDEN, default=[*GOLDEN])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for nodes in options.sizes:
            snapshot = Path(folder, f"{nodes}.json")
            snapshot.write_text(dump(energy_at_scale(nodes)), encoding="utf-8")
            for profile in options.profiles:
                if nodes <= _MOST.get(_target(profile), nodes):
                    _measure(profile, nodes, snapshot, options.times)


def _target(profile: str) -> str:
    return profile.partition("-")[0]


def _settings(profile: str, folder: Path) -> Path:
    """Write the smallest settings of a target, with what makes the profile of it."""
    target = _target(profile)
    own = {} if profile == "kubeflow-vertex" else _LARGER.get(target, {})
    file = folder / f"{profile}.yml"
    section = {**OPTIONS[target], **own, **GOLDEN[profile]}
    file.write_text(yaml.safe_dump({"targets": {target: section}}), encoding="utf-8")
    return file


def _measure(profile: str, nodes: int, snapshot: Path, times: int) -> None:
    out = snapshot.with_name(f"{profile}-{nodes}")
    command = (*SHIPWAY, "export", _target(profile), "--snapshot", snapshot, "-o", out)
    settings = _settings(profile, snapshot.parent)
    runs = [run((*command, "--settings", settings)) for _ in range(times)]
    seconds = [one.cpu for one in runs]
    peak = statistics.median(one.mebibytes for one in runs)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20
    print(f"{profile}, {nodes:,} nodes: {spread(seconds)} s of cpu, ", end="")
    print(f"{statistics.median(seconds) * 1000 / nodes:.2g} s for 1,000, ", end="")
    print(f"{peak:.0f} MiB at the peak, {size:.2f} MiB written", flush=True)


if __name__ == "__main__":
    main()
