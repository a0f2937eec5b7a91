"""One process does the work of a task, and others wait for it and end whatever is left.

So there is always one that listens: a node may be deep in C code, which lets Python handle no
signal, or may ignore the signal itself. A worker that is killed sends no signal, and its
orchestrator starts the task again elsewhere: so it is missed, too. And it keeps the time: Python
interrupts no thread, in which some orchestrators run their tasks.
"""

from __future__ import annotations

import math
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shipway.runtime import processes
from shipway.runtime.keeper import fork_worker
from shipway.runtime.outcome import Outcome, Page, say

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_GRACE = 2.5
"""Seconds that the work has to end by itself. Whoever started this may kill it after 3 s, and then
nobody would end what has a session of its own."""
_GENTLE = 1.0
"""Seconds that what it leaves behind has to end by itself, and no more than are left of those."""
_LOOK = 1.0
"""Seconds from one look at who started this to the next."""
_AGAIN = 0.1
_STOP_MESSAGE = "shipway: stopped"
_LATE = 124
"""The exit code of a task that was not done in time. Source: coreutils, `timeout(1)`."""
_MOST_NAMES = 5


class StopRequest(BaseException):
    """The orchestrator asks the task to end. No `Exception`: a node must not catch it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What ends a task besides a signal.

    Args:
        starter: the process that has started this one; its end.
        seconds: how long the work may take, or `None`.
        lifeline: a descriptor of a pipe, or `None`; its end, which is when nobody can write to it.
    """

    starter: int
    seconds: float | None = None
    lifeline: int | None = None


def run_in_child(
    work: Callable[[], Outcome], limits: Limits, task: str, nodes: Sequence[str]
) -> int:
    """Do the work in a process below this one; return the task's exit code in both.

    0 only if the work has said so and its process has ended well. A child that a signal has killed
    gives 128 and the signal's number, as a shell does, and so does a task that was stopped: by
    SIGTERM, SIGINT or SIGHUP, or as if by SIGTERM when its starter or its lifeline has ended; one
    that is out of time gives 124. Then `StopRequest` rises in the worker's main thread; one that
    has not ended some seconds later is killed. In any case all that it has started ends with it.

    Args:
        task, nodes: by which a task is called that ends without a word.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # else nobody can wait for a child: `wait(2)`
    numbers = [n for n in _STOPPING if signal.getsignal(n) != signal.SIG_IGN or n == _STOPPING[0]]
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)  # until both know what to do with it
    processes.adopt_orphans()
    page, this = Page(), os.getpid()
    child = os.fork()
    if not child:
        if limits.lifeline is not None:
            os.close(limits.lifeline)
        _lead_group()
        keeper = os.getpid()
        fork_worker(this, numbers)
        _start_worker(keeper, numbers)
        return _work(work, page)
    listener = _Listener(child, limits)
    listener.listen(numbers)
    outcome = listener.report(page, task, nodes)
    if outcome.words:
        say(outcome.words)
    return outcome.code


def _lead_group() -> None:
    """Its own group lets its parent end it and its like; one at a terminal keeps that for input."""
    if not os.isatty(0):
        os.setpgid(0, 0)


def _start_worker(parent: int, numbers: Sequence[int]) -> None:
    processes.end_with(parent)
    for number in numbers:
        signal.signal(number, _raise)
    os.register_at_fork(after_in_child=lambda: _forget(numbers))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _forget(numbers: Sequence[int]) -> None:
    """What a node forks ends by a signal as any process does: it is not the task's work."""
    for number in numbers:
        is_interrupt = number == signal.SIGINT
        signal.signal(number, signal.default_int_handler if is_interrupt else signal.SIG_DFL)


def _raise(_number: int, _frame: object) -> None:
    for number in _STOPPING:  # a second one must not stop the cleaning up
        signal.signal(number, signal.SIG_IGN)
    processes.send(os.kill, os.getppid(), signal.SIGTERM)  # a node may go on in spite of it
    raise StopRequest


def _work(work: Callable[[], Outcome], page: Page) -> int:
    this = os.getpid()
    try:
        outcome = work()
    except StopRequest:
        processes.signal_below(this, signal.SIGKILL)  # Python's end would wait for them
        outcome = Outcome(code=128 + signal.SIGTERM, words=_STOP_MESSAGE)
    if os.getpid() == this:  # a node may have forked, and both come here
        page.write(outcome)
    return outcome.code


class _Listener:
    """The process that the orchestrator has started, while its child does the work."""

    def __init__(self, child: int, limits: Limits) -> None:
        self.child = child
        self.limits = limits
        self.group = None if os.isatty(0) else child
        self.late_at = time.monotonic() + (limits.seconds or math.inf)
        self.is_late = False
        self.stopped_by = 0
        self.deadline = math.inf
        self.has_ended = False
        self.status = 0

    def listen(self, numbers: Sequence[int]) -> None:
        """Wait for the child, and end what it leaves; set how it ended."""
        for number in numbers:
            signal.signal(number, self.stop)
        signal.signal(signal.SIGALRM, self.look)
        signal.setitimer(signal.ITIMER_REAL, min(_LOOK, self.limits.seconds or _LOOK), _LOOK)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [*numbers, signal.SIGALRM])
        self.status = processes.wait_for(self.child)
        self.has_ended = True
        signal.setitimer(signal.ITIMER_REAL, 0)  # Python's own end forgets who handles an alarm
        left = max(0.0, self.deadline - time.monotonic())
        processes.end_children(self.group, min(_GENTLE, left))

    def look(self, _number: int, frame: object) -> None:
        if self.has_ended:
            return
        self.is_late = time.monotonic() >= self.late_at
        if self.is_late or os.getppid() != self.limits.starter or _has_ended(self.limits.lifeline):
            self.stop(signal.SIGTERM, frame)

    def stop(self, number: int, _frame: object) -> None:
        if self.stopped_by or self.has_ended:
            return
        self.stopped_by = number
        self.deadline = time.monotonic() + _GRACE
        signal.signal(signal.SIGALRM, self.kill)
        signal.setitimer(signal.ITIMER_REAL, _GRACE, _AGAIN)
        if self.group:
            processes.send(os.killpg, self.group, signal.SIGTERM)
        processes.send(os.kill, self.child, signal.SIGTERM)  # it may have left, or not made, it

    def kill(self, _number: int, _frame: object) -> None:
        processes.signal_below(os.getpid(), signal.SIGKILL)
        processes.send(os.kill, self.child, signal.SIGKILL)

    def report(self, page: Page, task: str, nodes: Sequence[str]) -> Outcome:
        """Return how the task ended: what its work has told, unless its process ended otherwise."""
        report = page.read()
        if self.is_late:
            words = f"shipway: not done within {self.limits.seconds:g} s"
            return Outcome(code=_LATE, words=words)
        if self.stopped_by:
            failure = f"{report.words}\n" if report and report.code == 1 else ""
            return Outcome(code=128 + self.stopped_by, words=failure + _STOP_MESSAGE)
        if report and (report.code or not self.status):
            return report
        if self.status < 0:
            what = f"shipway: the task was killed ({_name_of(-self.status)})"
            return Outcome(code=128 - self.status, words=what)
        what = f"its process ended with exit code {self.status} " + (
            "after its nodes were done" if report else "before its nodes were done"
        )
        return Outcome(code=1, words=_ended_by_itself(what, task, nodes))


def _has_ended(pipe: int | None) -> bool:
    """Tell whether nobody can write to a pipe any more; what is in it does not count."""
    if pipe is None:
        return False
    poll = select.poll()
    poll.register(pipe, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


def _name_of(number: int) -> str:
    return next((each.name for each in signal.Signals if each == number), f"signal {number}")


def _ended_by_itself(what: str, task: str, nodes: Sequence[str]) -> str:
    names = ", ".join(f"`{name}`" for name in nodes[:_MOST_NAMES])
    more = f" and {len(nodes) - _MOST_NAMES} more" if len(nodes) > _MOST_NAMES else ""
    return (
        f"shipway: task `{task}`: {what}\n  at the nodes {names}{more}\n"
        "  `os._exit` does so, and some libraries do; a task succeeds when its nodes are done."
    )
