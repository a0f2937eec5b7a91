"""How long Airflow takes to parse the DAG of examples/energy, against one written by hand."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.airflow import airflow_or_none
from benchmarks.by_hand import in_containers
from benchmarks.measure import REPO, SHIPWAY, run, spread

from tests.engines.airflow.env import AirflowEnv

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
        for way in ("local", "docker", "kubernetes"):
            pairs = _seconds(airflow, folder / way, way, given.times)
            _say(pairs, f"{airflow.version}, {way},")


def _seconds(airflow: AirflowEnv, folder: Path, way: str, times: int) -> list[tuple[float, float]]:
    """Return the seconds of each turn, of ours and of that by hand."""
    folder.mkdir()
    (folder / "deploy.yml").write_text(_settings(way))
    project, settings = REPO / "examples" / "energy", folder / "deploy.yml"
    words = ("export", "airflow", "--project", project, "--settings", settings)
    run((*SHIPWAY, *words, "--output", folder / "dags"))
    text = (_PEERS / "energy_by_hand.py").read_text(encoding="utf-8")
    by_hand, output = folder / "by_hand.py", folder / "seconds.json"
    by_hand.write_text(text if way == "local" else in_containers(text, way), encoding="utf-8")
    arguments = (_PEERS / "parse_by_turns.py", folder / "dags" / "energy.py", by_hand)
    done = airflow.run(airflow.home(folder / "dags"), (*arguments, str(times), output))
    if done.returncode:
        raise SystemExit(done.stdout)
    pairs: list[tuple[float, float]] = json.loads(output.read_text(encoding="utf-8"))
    return pairs


def _settings(way: str) -> str:
    """The example's own settings, for tasks in containers."""
    text = (REPO / "examples" / "energy" / "conf" / "base" / "deploy.yml").read_text()
    if way == "local":
        return text
    volume = "volumes: [{claim: energy-data, mount: /app/data}]"
    return f"{text}  airflow: {{run_on: {way}, image: 'energy:1', {volume}}}\n"


def _say(pairs: list[tuple[float, float]], version: str) -> None:
    ours, theirs = zip(*pairs, strict=True)
    print(f"Airflow {version} parses ours in {spread(ours)} s, theirs in {spread(theirs)} s of cpu")
    print(f"{'':4}ratio {spread([one / other for one, other in pairs])}, budget 1.05")


if __name__ == "__main__":
    main()
