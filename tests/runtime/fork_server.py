"""Runs tasks in forks of one process that has imported Kedro: of each Kedro, by its own Python."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import threading
from typing import Any

from tests.engines.fork_loop import serve

MODULES = (
    *("dynaconf", "fsspec.implementations.local", "kedro.config", "kedro.io", "kedro.pipeline"),
    *("logging.config", "logging.handlers", "multiprocessing.managers", "multiprocessing.pool"),
    *("omegaconf", "pluggy", "pydantic", "shipway.runtime.main"),
)
"""What each task imports, where it is there: older Kedros do without some."""


def prepare() -> None:
    # As `own_project` hides them from each task.
    sys.modules |= dict.fromkeys(("pandas", "numpy"), None)  # type: ignore[arg-type]
    for module in MODULES:
        if importlib.util.find_spec(module.partition(".")[0]):
            importlib.import_module(module)
    # Dynaconf asks who calls it, for which `inspect` looks at the files of all modules, once.
    inspect.stack()
    # As the framework is imported, it sets logging up from the folder where it stands.
    assert "kedro.framework.project" not in sys.modules
    assert threading.active_count() == 1


def run_task(request: dict[str, Any]) -> int:
    """Do as `python -m shipway.runtime`."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [request["folder"], *filter(None, paths)]
    from shipway.runtime.main import main

    return main(request["words"][1:])


if __name__ == "__main__":
    serve(prepare, run_task)
