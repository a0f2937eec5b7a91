"""`python -m shipway` in a fork: most of an export of a small project would be imports.

What an export reads of the variables by which Python starts, it reads in a process of its own.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock

from .forks import ForkServer

_ONE_AT_A_TIME = Lock()


def shipway(
    folder: Path, *words: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Call Shipway in a folder, with more environment variables."""
    variables = {**os.environ, "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", **(env or {})}
    with tempfile.TemporaryDirectory() as scratch, _ONE_AT_A_TIME:
        output, errors = Path(scratch, "output"), Path(scratch, "errors")
        code = _server().run([str(errors), *words], variables, folder, output)
        texts = [file.read_text(encoding="utf-8") for file in (output, errors)]
    return subprocess.CompletedProcess(["shipway", *words], code, *texts)


@cache
def _server() -> ForkServer:
    log = Path(tempfile.mkdtemp(prefix="exporting-"), "log")
    server = ForkServer([sys.executable, "-m", "tests.engines.export_server"], log)
    atexit.register(server.close)
    return server
