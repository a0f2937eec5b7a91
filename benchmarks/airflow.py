"""Loading DAG files with a real Airflow: how long it takes, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.engines.airflow.env import AirflowEnv, AirflowMissing, airflow_env

_SCRIPT = Path(__file__).with_name("peers") / "load_dag.py"


@dataclass(frozen=True, kw_only=True)
class LoadedDag:
    """Seconds of cpu to parse and to serialise a DAG, and its tasks and edges."""

    parse: float
    serialise: float
    tasks: set[str]
    edges: set[tuple[str, str]]


def airflow_or_none(python: Path | None, folder: Path) -> AirflowEnv | None:
    """Return the Airflow whose python was given, else that of `make test`, else `None`."""
    if python is not None:
        return AirflowEnv(python=python.absolute(), major=3, root=folder)
    try:
        return airflow_env(3, folder)
    except AirflowMissing as reason:
        print(f"not loaded with Airflow: {reason}")
        return None


def load(airflow: AirflowEnv, file: Path) -> LoadedDag:
    """Load a file that holds one DAG; an import error ends the benchmark."""
    # No limit, so that one which is passed shows as a number.
    home = airflow.home(file.parent, {"AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "0"})
    output = home.path / "loaded.json"
    done = airflow.run(home, [_SCRIPT, file.resolve(), output], timeout=900)
    if done.returncode:
        raise SystemExit(done.stdout)
    found = json.loads(output.read_text(encoding="utf-8"))
    return LoadedDag(
        parse=found["parse"],
        serialise=found["serialise"],
        tasks=set(found["tasks"]),
        edges={(parent, child) for parent, child in found["edges"]},
    )
