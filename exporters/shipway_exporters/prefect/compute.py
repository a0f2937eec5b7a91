"""What a run's container needs: as much as its tasks that may run at once need together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.units import Quantity
from shipway.settings.values import TaskSettings, Volume
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.containers.resources import mebibytes, millicores

AT_ONCE = 16
"""Tasks at once where the settings say nothing: each is a process with a project in its memory."""

_OF_THE_FLOW = 512 * 2**20
"""Bytes for the flow itself, beside its tasks."""


def tasks_at_once(plan: Plan) -> int:
    """Return how many tasks of a run may run at once."""
    return plan.run.parallel_tasks or AT_ONCE


def limit(plan: Plan) -> int | None:
    """Return the same where a flow has to see to it; `None` where no more could run at once."""
    is_wide = len(_chains(plan)) > AT_ONCE
    return plan.run.parallel_tasks or (AT_ONCE if is_wide else None)


def kubernetes_variables(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield the job variables of a kubernetes pool that the tasks' settings ask for."""
    if cpu := _peak(plan, lambda settings: settings.cpu):
        yield "cpu_request", millicores(cpu)
        yield "cpu_limit", millicores(cpu)
    if memory := _memory(plan):
        yield "memory_request", f"{memory}Mi"
        yield "memory_limit", f"{memory}Mi"
    if account := the_same(plan, "service_account", lambda settings: settings.service_account):
        yield "service_account_name", account


def docker_variables(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield the same of a docker pool."""
    if memory := _memory(plan):
        yield "mem_limit", f"{memory}m"
    if volumes := volumes_of_a_run(plan):
        yield "volumes", [f"{volume.source}:{volume.mount}" for volume in volumes]


def volumes_of_a_run(plan: Plan) -> list[Volume]:
    """Return what its one container mounts: the volumes of all tasks."""
    return list(dict.fromkeys(v for task in plan.tasks for v in volumes_of(plan, task)))


def the_same(
    plan: Plan, setting: str, of: Callable[[TaskSettings], str | None], default: str | None = None
) -> str | None:
    """Return what all tasks must have alike, as a run has one of it.

    Raises:
        UnsupportedError: two tasks differ.
    """
    values = {of(task.settings) or default: task for task in plan.tasks}
    if len(values) <= 1:
        return next(iter(values), None)
    (one, first), (other, second) = list(values.items())[:2]
    places = [task.settings.places.get(setting) for task in values.values()]
    raise UnsupportedError(
        Finding(
            what=f"All tasks of a run share its container, but `{first.label}` has {setting} "
            f"{one or 'none'}, and `{second.label}` {other or 'none'}.",
            where=next((place for place in places if place), None),
            remedy=f"Give all tasks of the pipeline the same `{setting}`.",
        )
    )


def _memory(plan: Plan) -> int | None:
    """Return whole mebibytes, for the tasks and the flow."""
    peak = _peak(plan, lambda settings: settings.memory)
    return mebibytes(peak + _OF_THE_FLOW) if peak else None


def _peak(plan: Plan, of: Callable[[TaskSettings], Quantity | None]) -> float:
    """Return the most that tasks at once can need; never too little."""
    needs = (
        max(float(q.amount) if (q := of(task.settings)) else 0.0 for task in chain)
        for chain in _chains(plan)
    )
    # The neediest tasks of different chains may all run at once.
    return sum(sorted(needs, reverse=True)[: tasks_at_once(plan)])


def _chains(plan: Plan) -> list[list[Task]]:
    """Return the tasks as chains in which each waits for the one before.

    So no two of a chain run at once, and no more tasks than there are chains; they may be fewer.
    """
    chains: list[list[Task]] = []
    by_end: dict[str, list[Task]] = {}
    for task in plan.tasks:
        before = next((name for name in task.needs if name in by_end), None)
        # A chain goes on with one task only; others that wait for the same begin new ones.
        chain = by_end.pop(before) if before else []
        if not chain:
            chains.append(chain)
        chain.append(task)
        by_end[task.name] = chain
    return chains
