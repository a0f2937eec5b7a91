"""How long Airflow takes to parse the DAG of examples/energy, against one written by hand."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.airflow import airflow_or_none
from benchmarks.measure import REPO, SHIPWAY, run, spread

_PEERS = Path(__file__).with_name("peers")


def main() -> None:
    """Parse by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=51)
    parser.add_argument("--airflow", metavar="PYTHON", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        airflow = airflow_or_none(given.airflow, folder)
        if airflow is None:
            return
        project = REPO / "examples" / "energy"
        run((*SHIPWAY, "export", "airflow", "--project", project, "--output", folder / "dags"))
        output = folder / "seconds.json"
        files = (folder / "dags" / "energy.py", _PEERS / "energy_by_hand.py")
        arguments = (_PEERS / "parse_by_turns.py", *files, str(given.times), output)
        done = airflow.run(airflow.home(folder / "dags"), arguments)
        if done.returncode:
            raise SystemExit(done.stdout)
        _say(json.loads(output.read_text(encoding="utf-8")), airflow.version)


def _say(pairs: list[tuple[float, float]], version: str) -> None:
    ours, theirs = zip(*pairs, strict=True)
    print(f"Airflow {version} parses ours in {spread(ours)} s, theirs in {spread(theirs)} s of cpu")
    print(f"{'':4}ratio {spread([one / other for one, other in pairs])}, budget 1.05")


if __name__ == "__main__":
    main()
