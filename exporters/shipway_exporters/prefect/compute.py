"""What a run's container needs: as much as its tasks that may run at once need together."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.quantities import Quantity
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.resources import mebibytes

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


def cores(plan: Plan) -> tuple[float, float]:
    """Return what a run asks for, and the most that it gets; 0 for none.

    Raises:
        UnsupportedError: only some tasks have a limit, and it cannot be that of all.
    """
    return _request_and_limit(plan, "cpu")


def memory(plan: Plan) -> tuple[int, int]:
    """Return the same in whole mebibytes, for the tasks and the flow."""
    amounts = _request_and_limit(plan, "memory")
    request, most = (mebibytes(amount + _OF_THE_FLOW) if amount else 0 for amount in amounts)
    return request, most


def storage(plan: Plan) -> tuple[int, int]:
    """Return the same of the machine's own disk, in whole mebibytes."""
    request, most = _request_and_limit(plan, "ephemeral_storage")
    return mebibytes(request), mebibytes(most)


def devices(plan: Plan) -> int:
    """Return how many accelerators a run needs."""
    return int(peak(plan, lambda settings: float(settings.gpu or 0)))


def the_same(
    plan: Plan,
    setting: str,
    of: Callable[[TaskSettings], Any],
    default: Any = None,
    among: Callable[[TaskSettings], Any] = lambda _: True,
) -> Any:
    """Return what all tasks must have alike, as a run has one of it; `None` for nothing.

    Args:
        setting: its name in `deploy.yml`.
        of: what it comes to, as plain data.
        among: tells whether a task counts.

    Raises:
        UnsupportedError: two tasks differ.
    """
    tasks = [task for task in plan.tasks if among(task.settings)]
    if not tasks:
        return None
    values = [of(task.settings) or default for task in tasks]
    other = next((n for n, value in enumerate(values) if value != values[0]), None)
    if other is None:
        return values[0]
    raise UnsupportedError(
        Finding(
            what=f"All tasks of a run share its container, but `{tasks[0].label}` has {setting} "
            f"{_plain(values[0])}, and `{tasks[other].label}` {_plain(values[other])}.",
            where=_place(tasks[0], setting) or _place(tasks[other], setting),
            remedy=f"Give all tasks of the pipeline the same `{setting}`.",
        )
    )


def peak(plan: Plan, of: Callable[[TaskSettings], float]) -> float:
    """Return the most that tasks at once can need; never too little."""
    needs = (max(of(task.settings) for task in chain) for chain in _chains(plan))
    # The neediest tasks of different chains may all run at once.
    return sum(sorted(needs, reverse=True)[: tasks_at_once(plan)])


def _request_and_limit(plan: Plan, kind: str) -> tuple[float, float]:
    """Return what tasks at once ask for of a kind of resource, and the most that they get.

    A task that has neither would share the limit of others, and so there is none then.
    """

    def request(settings: TaskSettings) -> float:
        return _amount(getattr(settings, kind))

    def most(settings: TaskSettings) -> float:
        return _amount(getattr(settings, f"{kind}_limit")) or request(settings)

    bare = [task for task in plan.tasks if not most(task.settings)]
    limited = [task for task in plan.tasks if getattr(task.settings, f"{kind}_limit")]
    if bare and limited:
        raise UnsupportedError(_no_common_limit(f"resources.limits.{kind}", limited[0], bare[0]))
    return peak(plan, request), 0.0 if bare else peak(plan, most)


def _no_common_limit(setting: str, limited: Task, bare: Task) -> Finding:
    return Finding(
        what=f"All tasks of a run share its container, but `{limited.label}` has `{setting}`, and "
        f"`{bare.label}` has no limit.",
        where=_place(limited, setting),
        remedy=f"Set `{setting}` for all tasks of the pipeline, such as in `defaults`.",
    )


def _amount(quantity: Quantity | None) -> float:
    return float(quantity.amount) if quantity else 0.0


def _plain(value: Any) -> str:
    if not value:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(task: Task, setting: str) -> str | None:
    """Return where a task has a setting from, or the first of its keys."""
    places = task.settings.places
    keys = (place for key, place in places.items() if key.startswith(f"{setting}."))
    return places.get(setting) or next(keys, None)


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
