"""Runs `show.py` in forks of one process that has imported MLflow, which takes seconds."""

from __future__ import annotations

import importlib
import runpy
import threading
from pathlib import Path
from typing import Any

from tests.engines.fork_loop import serve

SHOW = Path(__file__).with_name("show.py")


def _prepare() -> None:
    # What MLflow else imports as it is asked for the first time.
    for module in ("mlflow", "mlflow.store.tracking.sqlalchemy_store", "alembic.command"):
        importlib.import_module(module)
    importlib.import_module("sqlalchemy.orm").configure_mappers()
    assert threading.active_count() == 1


def _run(_: dict[str, Any]) -> None:
    runpy.run_path(str(SHOW), run_name="__main__")


if __name__ == "__main__":
    serve(_prepare, _run)
