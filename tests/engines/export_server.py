"""Runs `python -m shipway` in forks of one process that has imported it: see `exporting.py`."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from typing import Any

from shipway.targets import registry
from tests.engines import fork_server
from tests.engines.fork_loop import serve


def _prepare() -> None:
    importlib.import_module("shipway.cli")
    importlib.import_module("shipway.compiler")
    registry.every()
    fork_server.prepare()


def _run(request: dict[str, Any]) -> None:
    """The first word names a file for what goes to standard error."""
    errors, *words = request["words"]
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
    sys.argv = ["shipway", *words]
    # `python -m` has the folder where it starts at the head of its path.
    sys.path[0] = request["folder"]
    runpy.run_module("shipway", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(_prepare, _run)
