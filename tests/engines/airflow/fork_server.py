"""Runs what Airflow's Python would run, in forks of one process that has imported Airflow.

    python fork_server.py MODULE…

Airflow reads its configuration as it is imported. Of that, a home is what `AIRFLOW_HOME` points to
by then, a link, and the folder of DAG files is told to each fork; all other variables must be those
that this process has.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import threading
from pathlib import Path
from typing import Any

REPO = str(Path(__file__).resolve().parents[3])
# As a script, this file has its own folder at the head of the path, and its forks must not.
sys.path[0] = REPO
from tests.engines.fork_loop import serve  # noqa: E402

FOLDER = "AIRFLOW__CORE__DAGS_FOLDER"


def _run(request: dict[str, Any]) -> None:
    """Run `-m MODULE ARGUMENTS` or `-I SCRIPT ARGUMENTS`."""
    _take_folder()
    kind, what, *arguments = request["words"]
    sys.argv = [what, *arguments]
    if kind == "-m":
        sys.path.insert(0, request["folder"])
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(what, run_name="__main__")


def _take_folder() -> None:
    """Source: `airflow/settings.py`, DAGS_FOLDER and prepare_syspath_for_dags_folder."""
    from airflow import settings

    sys.path[:] = [
        os.environ[FOLDER] if path == settings.DAGS_FOLDER else path for path in sys.path
    ]
    settings.DAGS_FOLDER = os.environ[FOLDER]


def _prepare() -> None:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    # Airflow 2: what it says of options has the folder as a default.
    assert "airflow.cli.cli_config" not in sys.modules or "airflow.sdk" in sys.modules
    _finish()
    sys.path.remove(REPO)


def _finish() -> None:
    """Do what a first run does once for all: the tables, and in Airflow 3 what answers tasks.

    Source: `airflow/sdk/execution_time/supervisor.py`, in_process_api_server; Cadwyn,
    `applications.py`, `__call__`. It opens no connection and starts no thread.
    """
    from sqlalchemy.orm import configure_mappers  # type: ignore[import-not-found]

    configure_mappers()
    if supervisor := sys.modules.get("airflow.sdk.execution_time.supervisor"):
        supervisor.in_process_api_server().app._cadwyn_initialize()
    assert threading.active_count() == 1


if __name__ == "__main__":
    serve(_prepare, _run)
