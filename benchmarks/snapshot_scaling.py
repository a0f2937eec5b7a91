"""How the cost of an export from a snapshot grows with the nodes.

The peer reads the same snapshot and writes it again with the json module's C code. With
`--airflow PYTHON`, or SHIPWAY_ENV_AIRFLOW3, a real Airflow then loads each DAG: it must hold just
the tasks and edges of the plan, which is compared after one edge was taken from the file, too.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.airflow import airflow_or_none, load
from benchmarks.measure import SHIPWAY, by_turns, compare, run, spread

from shipway.compiler import Selection, plan_one, settings_for
from shipway.model import Project
from shipway.readers.snapshot import dump
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.engines.airflow.env import AirflowEnv
from tests.large import deep, energy_at_scale, wide

_JSON = """
import json, sys
document = json.load(open(sys.argv[1]))
open(sys.argv[2], "w").write(json.dumps(document))
"""
_YAML = """
import sys, yaml
document = yaml.load(open(sys.argv[1]), yaml.CSafeLoader)
yaml.dump(document, open(sys.argv[2], "w"), yaml.CSafeDumper)
"""
Pairs = set[tuple[str, str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--airflow", metavar="PYTHON", type=Path)
    parser.add_argument("--without-airflow", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    given = parser.parse_args()
    projects = {f"{nodes:,} nodes": energy_at_scale(nodes) for nodes in given.sizes}
    largest = max(given.sizes)
    projects |= {f"chain of {largest:,}": deep(largest), f"fan of {largest:,}": wide(largest)}
    with tempfile.TemporaryDirectory() as folder:
        for name, project in projects.items():
            snapshot = Path(folder, f"{name}.json")
            snapshot.write_text(dump(project), encoding="utf-8")
            _export(name, snapshot, len(project.pipelines[0].nodes), given.times)
        _yaml(Path(folder), f"{given.sizes[0]:,} nodes")
        airflow = airflow_or_none(given.airflow, Path(folder))
        if airflow and not given.without_airflow:
            for name, project in projects.items():
                _load(airflow, name, project, Path(folder))


def _export(name: str, snapshot: Path, nodes: int, times: int) -> None:
    dags = snapshot.with_suffix("")
    export = (*SHIPWAY, "export", "airflow", "--snapshot", snapshot, "--output", dags)
    copy = (sys.executable, "-c", _JSON, snapshot, snapshot.with_suffix(".copy"))
    pairs = by_turns(export, copy, times)
    compare(f"{name}: export against json", pairs, budget=10)
    per_1000 = [one.cpu * 1000 / nodes for one, _ in pairs]
    peak = statistics.median(one.mebibytes for one, _ in pairs)
    print(f"{'':4}{spread(per_1000)} s of cpu for 1,000 nodes, {peak:.0f} MiB at the peak")


def _yaml(folder: Path, name: str) -> None:
    """YAML in C takes so much longer that one run of the smallest tells enough."""
    taken = run((sys.executable, "-c", _YAML, folder / f"{name}.json", folder / "copy.yml"))
    print(f"{name}: reading and writing as YAML in C takes {taken.cpu:.3g} s of cpu")


def _load(airflow: AirflowEnv, name: str, project: Project, folder: Path) -> None:
    file = folder / name / "energy.py"
    loaded = load(airflow, file)
    wanted = _planned(project)
    print(f"{name}: Airflow {airflow.version} parses in {loaded.parse:.3g} s (its limit is 30 s)")
    print(f"{'':4}serialises in {loaded.serialise:.3g} s (50 s for both), {len(wanted[0])} tasks")
    print(f"{'':4}tasks and edges are {_verdict((loaded.tasks, loaded.edges) == wanted)}")
    text, cut = re.subn(r"\n    \w+ >> \w+\n", "\n", file.read_text(encoding="utf-8"), count=1)
    control = folder / "control.py"
    control.write_text(text, encoding="utf-8")
    less = load(airflow, control) if cut else None
    if less:
        print(f"{'':4}without one edge they are {_verdict(less.edges == wanted[1])}")


def _planned(project: Project) -> tuple[set[str], Pairs]:
    exporter = find("airflow")
    settings = settings_for(SettingsSource(), [exporter])
    plan = plan_one(project, settings, "__default__", Selection(), exporter)
    edges = {(parent, task.name) for task in plan.tasks for parent in task.needs}
    return {task.name for task in plan.tasks}, edges


def _verdict(same: bool) -> str:
    return "those of the plan" if same else "OTHERS than the plan's"


if __name__ == "__main__":
    main()
