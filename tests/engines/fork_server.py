"""Runs tasks in forks of one process that has imported what they all need."""

from __future__ import annotations

import importlib
import inspect
import sys
import threading
from typing import Any

from tests.engines.fork_loop import serve

IMPORTS = (
    *("kedro.config", "kedro.io", "kedro.pipeline", "kedro_datasets.text", "omegaconf", "yaml"),
    # What Kedro itself imports as it makes its settings, a session and a `MemoryDataset`.
    *("dynaconf", "pandas", "pydantic.json_schema", "pydantic.main", "requests"),
    *("attrs", "fsspec.implementations.local", "kedro.framework.hooks", "kedro.validation"),
    *("logging.config", "logging.handlers", "multiprocessing.managers", "multiprocessing.pool"),
    *("multiprocessing.spawn", "pluggy", "shipway.runtime.main"),
)


def prepare() -> None:
    """Import what tasks need."""
    for module in IMPORTS:
        importlib.import_module(module)
    # Dynaconf asks who calls it, for which `inspect` looks at the files of all modules, once.
    inspect.stack()
    # As the framework is imported, it sets logging up from the folder where it stands.
    assert "kedro.framework.project" not in sys.modules
    assert threading.active_count() == 1


def run_task(request: dict[str, Any]) -> int:
    """Do as `python -m shipway.runtime`."""
    # `python -m` has the folder where it starts at the head of its path.
    sys.path[0] = request["folder"]
    from shipway.runtime.main import main

    return main(request["words"][1:])


if __name__ == "__main__":
    serve(prepare, run_task)
