"""Call the entry point of a wheel as Databricks does, each time in a fresh copy of this Python.

Databricks looks an entry point up by its name in the metadata of the package, puts the parameters
into `sys.argv`, and calls it, in a Python that it has started for the task; the task has succeeded
when the function returns (Jobs API, PythonWheelTask, `entry_point`). Kedro is imported once, before
the copies are made: its start takes longer than most tasks of a test.

Requests and answers are lines of JSON.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import traceback
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import kedro.framework.session
import kedro.io
import kedro.runner  # noqa: F401 - so that copies have it
import pandas  # noqa: F401 - Kedro imports it as it makes a `MemoryDataset`

import shipway.runtime.kedro_internals
import shipway.runtime.nodes  # noqa: F401


def call(request: dict[str, Any]) -> None:
    """Call the entry point; say so in the answer's file once it has returned."""
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = [request["package"], *request["words"]]
    points = distribution(request["package"]).entry_points
    (function,) = (point.load() for point in points if point.name == request["entry_point"])
    try:
        function()
        answer = {"returned": True, "error": ""}
    except BaseException as error:  # noqa: BLE001 - whatever a task raises has failed it
        traceback.print_exc()
        answer = {"returned": False, "error": f"{type(error).__name__}: {error}"}
    sys.stdout.flush()
    sys.stderr.flush()
    Path(request["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def main() -> None:
    # Dynaconf asks who calls it, for which `inspect` looks at the files of all modules, once.
    inspect.stack()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                call(json.loads(line))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        print("done", flush=True)


if __name__ == "__main__":
    main()
