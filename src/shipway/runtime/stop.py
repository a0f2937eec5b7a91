"""Ending on SIGTERM within 5 s, whatever the node is doing; also when nobody waits any more.

The work is done in a child process, so that there is always one that listens: a node may be deep in
C code, which lets Python handle no signal, or may ignore the signal itself. A worker that is killed
sends no signal, and its orchestrator starts the task again elsewhere: so it is missed, too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

EXIT_CODE = 128 + signal.SIGTERM
_GRACE = 3.5
_LOOK = 1.0
"""Seconds from one look at who started this to the next."""


class Stopped(BaseException):
    """The orchestrator asks the task to end. No `Exception`: a node must not catch it."""


def go_on_in_child() -> int | None:
    """Return `None` in a child process, which is to do the work; in this one its exit code.

    SIGTERM raises `Stopped` in the child's main thread, and so does the end of the process that
    started this one. A child that has not ended some seconds later is killed, with all that it
    started. A child that a signal has killed gives 128 and the signal's number, as a shell does.
    """
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # until both know what to do with it
    starter = os.getppid()
    child = os.fork()
    if child:
        _listen_for(child, starter)
    else:
        signal.signal(signal.SIGTERM, _raise)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    return _wait(child) if child else None


def _raise(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one must not stop the cleaning up
    raise Stopped


def _listen_for(child: int, starter: int) -> None:
    def look(_number: int, frame: object) -> None:
        if os.getppid() != starter:
            forward(signal.SIGTERM, frame)

    def forward(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, kill)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)
        _send(child, signal.SIGTERM)

    def kill(_number: int, _frame: object) -> None:
        end_below(child)
        _send(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the child as well


def _wait(child: int) -> int:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.setitimer(signal.ITIMER_REAL, 0)  # Python's own end forgets who handles an alarm
    if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN:
        return EXIT_CODE
    if status < 0:
        name = signal.Signals(-status).name
        print(f"shipway: the task was killed ({name})", file=sys.stderr, flush=True)
    return status if status >= 0 else 128 - status


def end_below(process: int) -> None:
    """Kill the processes that one has started, and theirs, where the system tells them (Linux)."""
    for found in _below(process):
        _send(found, signal.SIGKILL)


def _send(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _below(process: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, file.read_text().split()):
                found += [*_below(child), child]
    return found
