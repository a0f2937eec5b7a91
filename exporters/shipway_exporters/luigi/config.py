"""The configuration beside a module of tasks. Source of the names: Luigi, "Configuration"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.targets.exporter import Rendering
from shipway_exporters.values.seconds import seconds

CODES = {
    "already_running": 10,
    "missing_data": 20,
    "not_run": 25,
    "task_failed": 30,
    "scheduling_error": 35,
    "unhandled_exception": 40,
}
"""The exit codes that Luigi's documentation recommends; without them a failed run ends with 0."""


def config(plan: Plan) -> Rendering:
    """Return the file of a plan.

    Raises:
        UnsupportedError: two tasks wait for different times before they are tried again.
    """
    context = {
        **yaml_head(plan, "luigi"),
        "workers": plan.run.parallel_tasks,
        "keeps_alive": has_retries(plan),
        "retry_delay": _retry_delay(plan),
        "codes": CODES,
    }
    return Rendering(template="luigi/luigi.cfg.j2", path=f"{plan.name}/luigi.cfg", context=context)


def has_retries(plan: Plan) -> bool:
    """Tell whether a task of the plan is ever tried again."""
    return any(task.settings.retries for task in plan.tasks)


def _retry_delay(plan: Plan) -> float | int:
    """Return the pause of all; none where none is set, for Luigi would wait for 15 minutes."""
    pauses = {task.settings.retry_delay or 0: task for task in _tried_again(plan)}
    if len(pauses) > 1:
        raise UnsupportedError(_different(sorted(pauses.items(), key=lambda pair: pair[0])))
    return seconds(next(iter(pauses), 0))


def _tried_again(plan: Plan) -> Iterator[Task]:
    return (task for task in plan.tasks if task.settings.retries)


def _different(pauses: list[tuple[float, Task]]) -> Finding:
    (least, first), (most, last) = pauses[0], pauses[-1]
    places: Any = last.settings.places
    return Finding(
        what=f"Luigi's scheduler has one pause for all tasks, but `{first.label}` waits for "
        f"{least:g} s and `{last.label}` for {most:g} s.",
        where=places.get("retry_delay"),
        remedy="Set one `retry_delay` for all tasks that have `retries`.",
    )
