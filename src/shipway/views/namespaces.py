"""Tasks by their namespaces, as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shipway.model import prefixes
from shipway.planner.plan import Task


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """A namespace: the tasks that are in no deeper one, and the deeper ones.

    Args:
        name: the whole of it, dotted; empty for the top.
    """

    name: str
    tasks: list[Task] = field(default_factory=list)
    inner: list[Namespace] = field(default_factory=list)


def tree_of(tasks: Sequence[Task]) -> Namespace:
    """Return the top, which stands for no namespace; all in the order of the tasks."""
    known = {"": Namespace(name="")}
    for task in tasks:
        above = known[""]
        for name in prefixes(task.namespace):
            if name not in known:
                known[name] = Namespace(name=name)
                above.inner.append(known[name])
            above = known[name]
        above.tasks.append(task)
    return known[""]
