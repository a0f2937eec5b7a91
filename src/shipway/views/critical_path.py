"""The critical path: the chain of tasks that a run cannot be shorter than."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.errors import count
from shipway.planner.plan import Task

_COUNTED = 99
"""Chains that share tasks are soon so many that their number says nothing."""
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, kw_only=True)
class CriticalPath:
    """A longest chain.

    Args:
        tasks: names, first to last.
        seconds: the sum of their time-outs where every task of the plan has one, and the chain is
            the longest by it; `None` where the tasks were counted instead.
        others: how many other chains are as long.
    """

    tasks: tuple[str, ...]
    seconds: float | None = None
    others: int = 0

    def __str__(self) -> str:
        """How long it is, what it was measured by, and whether others are as long."""
        tasks = count(len(self.tasks), "task")
        if self.seconds is not None:
            tasks += f", at most {duration(self.seconds)} by time-outs, without retries"
        elif len(self.tasks) > 1:
            tasks += " in a row"
        return tasks + _as_long(self.others)


def critical_path_of(tasks: Sequence[Task]) -> CriticalPath:
    """Return the longest chain; of several, the one that ends first in the plan's order.

    A plan knows no durations. Where each task has a time-out, that is the most that it can take.

    Args:
        tasks: in topological order.
    """
    timeouts = {task.name: task.settings.timeout for task in tasks}
    by_time = None not in timeouts.values()
    lengths: dict[str, float] = {}
    before: dict[str, str | None] = {}
    chains: dict[str, int] = {}
    for task in tasks:
        before[task.name] = max(task.needs, key=lengths.__getitem__, default=None)
        earlier = max((lengths[need] for need in task.needs), default=0.0)
        lengths[task.name] = earlier + (timeouts[task.name] or 0 if by_time else 1)
        longest = [chains[need] for need in task.needs if lengths[need] == earlier]
        chains[task.name] = sum(longest) or 1
    most = max(lengths.values(), default=0.0)
    ends = [name for name, length in lengths.items() if length == most]
    return CriticalPath(
        tasks=_back_from(ends[0] if ends else None, before),
        seconds=most if ends and by_time else None,
        others=max(sum(chains[name] for name in ends) - 1, 0),
    )


def _as_long(others: int) -> str:
    if not others:
        return ""
    if others > _COUNTED:
        return "; many other chains are as long"
    return f"; {count(others, 'other chain')} {'is' if others == 1 else 'are'} as long"


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
