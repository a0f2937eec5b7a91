"""What to tell of tasks that run several nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.planner.plan import Task


def fusion_notes(tasks: Sequence[Task]) -> Iterator[str]:
    """Yield what to note of each task of several nodes."""
    for task in tasks:
        if task.reason and len(task.nodes) > 1:
            yield f"`{task.label}` runs {len(task.nodes)} nodes: {task.reason}."
