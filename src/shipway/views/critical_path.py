"""The critical path: the chain of tasks that a run cannot be shorter than."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.errors import count
from shipway.planner.plan import Task

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, kw_only=True)
class CriticalPath:
    """A longest chain.

    Args:
        tasks: names, first to last.
        seconds: the sum of their time-outs where every task of the plan has one, and the chain is
            the longest by it; `None` where the tasks were counted instead.
    """

    tasks: tuple[str, ...]
    seconds: float | None = None

    def __str__(self) -> str:
        """How long it is, and what it was measured by."""
        tasks = count(len(self.tasks), "task")
        if self.seconds is None:
            return f"{tasks}, by number of tasks"
        return f"{tasks}, at most {duration(self.seconds)} by time-outs, without retries"


def critical_path_of(tasks: Sequence[Task]) -> CriticalPath:
    """Return the longest chain; of several, the one that ends first in the plan's order.

    A plan knows no durations. Where each task has a time-out, that is the most that it can take.

    Args:
        tasks: in topological order.
    """
    timeouts = {task.name: task.settings.timeout for task in tasks}
    weights = {name: seconds for name, seconds in timeouts.items() if seconds is not None}
    by_time = len(weights) == len(timeouts)
    lengths: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for task in tasks:
        before[task.name] = max(task.needs, key=lengths.__getitem__, default=None)
        earlier = max((lengths[need] for need in task.needs), default=0.0)
        lengths[task.name] = earlier + (weights[task.name] if by_time else 1)
    last = max(lengths, key=lengths.__getitem__, default=None)
    seconds = lengths[last] if last is not None and by_time else None
    return CriticalPath(tasks=_back_from(last, before), seconds=seconds)


def duration(seconds: float) -> str:
    """Return seconds in the two greatest units, such as `2 h 30 min`."""
    parts, rest = [], seconds
    for size, unit in _UNITS:
        whole, rest = divmod(rest, size)
        if whole:
            parts.append(f"{whole:g} {unit}")
    return " ".join(parts[:2]) or f"{seconds:g} s"


def _back_from(last: str | None, before: dict[str, str | None]) -> tuple[str, ...]:
    chain: list[str] = []
    name = last
    while name is not None:
        chain.append(name)
        name = before[name]
    return tuple(reversed(chain))
