"""The layers of a plan: tasks that could run at the same time."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.planner.plan import Task


def layers_of(tasks: Sequence[Task]) -> tuple[tuple[Task, ...], ...]:
    """Return the tasks by the number of tasks on the longest way to them.

    Args:
        tasks: in topological order, which each layer keeps.
    """
    depth: dict[str, int] = {}
    layers: list[list[Task]] = []
    for task in tasks:
        level = max((depth[need] + 1 for need in task.needs), default=0)
        depth[task.name] = level
        if level == len(layers):
            layers.append([])
        layers[level].append(task)
    return tuple(map(tuple, layers))
