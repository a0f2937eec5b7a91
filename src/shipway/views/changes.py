"""What a comparison colours in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shipway.planner.plan import Task

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How a plan differs from an older one.

    Args:
        tasks: those that differ, by name.
        edges: those that differ, by the names of the earlier and the later task.
        details: what is different in a task that has changed, by its name.
        removed: the tasks that there are no more, with the names of those that they waited for.
    """

    tasks: Mapping[str, Change] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], Change] = field(default_factory=dict)
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: tuple[Task, ...] = ()
