"""Ending on SIGTERM within 5 s, whatever the node is doing."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

EXIT_CODE = 128 + signal.SIGTERM
_GRACE = 3.5


class Stopped(BaseException):
    """The orchestrator asks the task to end. No `Exception`: a node must not catch it."""


def end_on_sigterm() -> None:
    """Raise `Stopped` in the main thread on SIGTERM; and if that does not end it, end it.

    The second half counts when the main thread is deep in C code, where Python's handler waits,
    or waits for a thread that goes on.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, _raise)
    threading.Thread(target=_watch, args=(reader,), name="shipway-stop", daemon=True).start()


def _raise(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one must not stop the cleaning up
    raise Stopped


def _watch(reader: int) -> None:
    while os.read(reader, 1) != bytes([signal.SIGTERM]):
        pass
    time.sleep(_GRACE)
    end_children()
    os._exit(EXIT_CODE)


def end_children() -> None:
    """Kill the processes that this one started, and theirs."""
    for process in _below(os.getpid()) or [p.pid or 0 for p in multiprocessing.active_children()]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def _below(process: int) -> list[int]:
    """Return a process's descendants, where the system tells (Linux)."""
    found: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, file.read_text().split()):
                found += [*_below(child), child]
    return found
