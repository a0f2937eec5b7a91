"""Runs tasks, and `show.py`, in forks of one process that has imported MLflow, which takes seconds.

What each then imports of Kedro and its plugins, it imports itself: some of it asks where it is.
"""

from __future__ import annotations

import atexit
import importlib
import runpy
import sys
import threading
from pathlib import Path
from typing import Any

from tests.engines.fork_loop import serve
from tests.runtime.fork_server import run_task

SHOW = "show.py"
MODULES = (
    # What MLflow else imports as it is asked for the first time.
    *("mlflow", "mlflow.store.tracking.sqlalchemy_store", "alembic.command"),
    *("kedro.config", "kedro.io", "kedro.pipeline", "pydantic", "shipway.runtime.main"),
)


def _prepare() -> None:
    for module in MODULES:
        importlib.import_module(module)
    importlib.import_module("sqlalchemy.orm").configure_mappers()
    assert "kedro.framework.project" not in sys.modules
    assert threading.active_count() == 1


def _run(request: dict[str, Any]) -> int | None:
    if request["words"][0] == SHOW:
        runpy.run_path(str(Path(__file__).with_name(SHOW)), run_name="__main__")
        return None
    return _run_task(request)


def _run_task(request: dict[str, Any]) -> int:
    """Do as `python -m shipway.runtime`, up to what MLflow does as a process ends."""
    try:
        return run_task(request)
    finally:
        atexit._run_exitfuncs()


if __name__ == "__main__":
    serve(_prepare, _run)
