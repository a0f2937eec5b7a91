"""A process between the one that the orchestrator knows and the one that does the work.

Whoever is killed by `SIGKILL` cannot end what it has started. So two wait for the work, one for the
other: what the first cannot end any more, the second does, and the other way round.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from types import FrameType

from shipway.runtime import processes

_LOOK = 1.0
"""Seconds from one look at the parent to the next."""


def fork_worker(parent: int, numbers: Sequence[int]) -> bool:
    """Fork, and wait for the child in place of the caller, which then never returns.

    Returns:
        True, in the child that is to do the work.

    Args:
        parent: the process that waits for this one; when it is gone, all below this one is ended.
        numbers: signals to hand on to the worker, blocked so far.
    """
    processes.adopt_orphans()
    worker = os.fork()
    if not worker:
        return True
    _listen(worker, parent, numbers)
    end_like(processes.wait_for(worker))
    raise AssertionError("no process goes on after its end")


def _listen(worker: int, parent: int, numbers: Sequence[int]) -> None:
    def hand_on(_number: int, _frame: FrameType | None) -> None:
        # The worker may not heed it; the parent, which may not know of it yet, has a deadline.
        processes.send(os.kill, worker, signal.SIGTERM)
        processes.send(os.kill, parent, signal.SIGTERM)

    def look(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:
            processes.end_below(os.getpid())

    for number in numbers:
        signal.signal(number, hand_on)
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [*numbers, signal.SIGALRM])


def end_like(status: int) -> None:
    """End this process as another one has ended: by its exit code, or by the same signal."""
    if status < 0:
        if -status not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status if status >= 0 else 128 - status)
