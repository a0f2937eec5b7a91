"""A process that has imported what many tasks need, and runs each in a fork of itself.

Reads a request a line from standard input, and writes the exit code of each to standard output.
Imports nothing but the standard library: the Pythons of engines run it, too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

LATE = "late"
Run = Callable[[dict[str, Any]], object]
"""What a fork does with its request; it returns an exit code, or nothing, or raises."""


def serve(prepare: Callable[[], None], run: Run) -> None:
    """Import what is needed, and answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Some modules print as they are imported.
    prepare()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            be_task(request, _files(request["output"]), run)
        print(_answer(child, request["timeout"]), file=answers, flush=True)


def _answer(child: int, timeout: float) -> str:
    """The exit code, or that there was none in time."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return str(os.waitstatus_to_exitcode(status))
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return LATE


def _files(output: str) -> list[int]:
    """Standard input, output and error: nothing is read, and all is appended to a file."""
    printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return [os.open(os.devnull, os.O_RDONLY), printed, printed]


def be_task(request: dict[str, Any], files: Sequence[int], run: Run) -> NoReturn:
    """Be the process that a request asks for, and end as it does.

    Args:
        files: standard input, output and error.
    """
    code = 70
    try:
        _become(request, files)
        code = _code_of(request, run)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _code_of(request: dict[str, Any], run: Run) -> int:
    """The exit code that a Python of its own would have."""
    try:
        code = run(request)
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - whatever it is, Python would print it
        traceback.print_exc()
        return 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


def _become(request: dict[str, Any], files: Sequence[int]) -> None:
    """Be as a process that was started so."""
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in set(files):
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["folder"])
    sys.argv = list(request["words"])
