"""The processes below this one: also those whose own parent has ended, and those in other sessions.

Linux hands an orphan to the nearest ancestor that has asked for it (`prctl(2)`), so nothing that a
node starts gets away. Elsewhere a process group is all that holds them together.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
_HARD = 2.0
_LOOK = 0.02


def adopt_orphans() -> None:
    """Become the parent of processes below this one that lose theirs."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with(parent: int) -> None:
    """Let this process be killed when the one that forked it ends, however that happens."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before it was asked
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        return
    with contextlib.suppress(ImportError):  # a Python that was built without libffi
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_children(group: int | None, gentle: float) -> None:
    """End all processes below this one; return when they have gone, or some seconds later.

    Args:
        group: a process group that ends as well; `None` when this process is a member of it.
        gentle: seconds from SIGTERM to SIGKILL.
    """
    for number, seconds in ((signal.SIGTERM, gentle), (signal.SIGKILL, _HARD)):
        if group and sys.platform != "linux":
            send(os.killpg, group, number)
        signal_below(os.getpid(), number)
        end = time.monotonic() + seconds
        while _has_children() and time.monotonic() < end:
            time.sleep(_LOOK)
            if number == signal.SIGKILL:  # what has been started, or handed over, meanwhile
                signal_below(os.getpid(), number)


def wait_for(child: int) -> int:
    """Wait for a child; return its exit code, or the signal that ended it as a negative number.

    Orphans that this process has adopted may end meanwhile, and are only taken note of.
    """
    while True:
        process, status = os.waitpid(-1, 0)
        if process == child:
            return os.waitstatus_to_exitcode(status)


def end_below(process: int) -> None:
    """Kill what is below a process, and on systems other than Linux its group."""
    signal_below(process, signal.SIGKILL)
    if sys.platform != "linux":
        send(os.killpg, os.getpgid(process), signal.SIGKILL)


def _has_children() -> bool:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def signal_below(process: int, number: int) -> None:
    """Send a signal to the processes that one has started, and theirs (Linux)."""
    for each in _below(process):
        send(os.kill, each, number)


def send(how: Callable[[int, int], None], process: int, number: int) -> None:
    """Send a signal by `os.kill` or `os.killpg`, unless what it is for has gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(process, number)


def _below(process: int) -> list[int]:
    below: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, file.read_text().split()):
                below += [*_below(child), child]
    return below
