"""How long an export takes, against loading the same project with Kedro and nothing else.

Beside it stand the other exporters that install today and need no server: `kedro airflow create`,
and `kedro databricks bundle`, which exports all pipelines and refuses the example's data in memory.
The environment that holds both is named by `--peers PYTHON`, or by SHIPWAY_ENV_PEERS.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import REPO, SHIPWAY, by_turns, compare

from tests.projects import KedroProject, make_project, text_file

_PEER = Path(__file__).with_name("peers") / "load_project.py"
_ENERGY = REPO / "examples" / "energy"
_AIRFLOW = ("-m", "kedro", "airflow", "create", "-t")
_DATABRICKS = ("-m", "kedro", "databricks", "bundle", "--overwrite")
_REGISTRY = """
nodes = [
    node(
        f.make,
        [f"data_{i}", f"data_{i // 2}", f"params:regions.r{i % 30}.level"],
        f"data_{i + 1}",
        name=f"node_{i}",
        tags=["daily", f"part_{i % 5}"],
    )
    for i in range(300)
]
return {
    "__default__": Pipeline(nodes),
    **{f"part_{p}": Pipeline(nodes).only_nodes_with_tags(f"part_{p}") for p in range(5)},
}
"""


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=11)
    parser.add_argument("--peers", metavar="PYTHON", type=Path, default=_peers())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = _made(Path(folder)).path
        for name, project in (("examples/energy", _ENERGY), ("300 nodes", made)):
            export = (*SHIPWAY, "export", "airflow", "--project", project, "-o", f"{folder}/dags")
            pairs = by_turns(export, (sys.executable, _PEER, project), given.times)
            compare(f"{name}: export against loading", pairs, budget=1.15)
            if given.peers:
                create = (given.peers, *_AIRFLOW, f"{folder}/theirs")
                pairs = by_turns(export, create, given.times, folder=project)
                compare(f"{name}: export against kedro airflow create", pairs, budget=1)
        if given.peers:
            every = (*SHIPWAY, "export", "airflow", "--all", "-o", f"{folder}/dags")
            pairs = by_turns(every, (given.peers, *_DATABRICKS), given.times, folder=made)
            compare("300 nodes: export --all against kedro databricks bundle", pairs, budget=1)


def _peers() -> Path | None:
    """The python of the environment that `make bench` sets up."""
    folder = os.environ.get("SHIPWAY_ENV_PEERS")
    return Path(folder, "bin", "python") if folder else None


def _made(folder: Path) -> KedroProject:
    files = {f"data_{i}": text_file(f"{i}.txt") for i in range(0, 301, 2)}
    made = make_project(
        folder,
        _REGISTRY,
        catalog={**files, "data_{number}": text_file("made/{number}.txt")},
        parameters={"regions": {f"r{i}": {"level": i / 10, "unit": "kWh"} for i in range(30)}},
    )
    made.write("conf/base/databricks.yml", "resources: {jobs: {default: {tags: {a: b}}}}\n")
    return made


if __name__ == "__main__":
    main()
