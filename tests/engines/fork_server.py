"""Runs tasks in forks of one process that has imported what they all need.

Reads a request a line from standard input, and writes the exit code of each to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# Not Kedro's framework: as it is imported, it sets logging up from the folder where it stands.
import kedro.config
import kedro.io
import kedro.pipeline  # noqa: F401
import omegaconf  # noqa: F401
import yaml  # noqa: F401


def main() -> None:
    """Answer requests until there are no more."""
    assert "kedro.framework.project" not in sys.modules
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _be_task(request)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be_task(request: dict[str, Any]) -> None:
    code = 70
    try:
        _become(request)
        from shipway.runtime.main import main as run_task

        code = run_task(request["words"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(request: dict[str, Any]) -> None:
    """Be as a process that was started so."""
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, number in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, number)
    os.setsid()
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["folder"])
    # `python -m` has the folder where it starts at the head of its path.
    sys.path[0] = request["folder"]
    sys.argv = ["shipway.runtime", *request["words"]]


if __name__ == "__main__":
    main()
