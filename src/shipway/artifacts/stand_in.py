"""A plan that stands in for the one of an artifact which another day's project has given.

Exporters read artifacts back beside the plan, which says what its settings mean by default. Of an
older artifact no plan is there any more, so one without settings takes its place: what is read is
what the text says, whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunSettings, TaskSettings


def stand_in(
    plan: Plan,
    tasks: Mapping[str, TaskSettings],
    *,
    name: str,
    run: RunSettings | None = None,
    options: Mapping[str, Any] | None = None,
    cleanup: str | None = None,
) -> Plan:
    """Return a plan of these tasks without nodes; whose it is, is told by `plan`.

    Args:
        plan: that of the same pipeline today.
        tasks: the settings that a reader needs to know, by the task's name.
        name: what the artifact calls its pipeline.
        options: the target's own options that a reader needs to know.
        cleanup: the task that empties the store, which is none of `tasks`.
    """
    return replace(
        plan,
        name=name,
        tasks=tuple(_task(task, settings) for task, settings in tasks.items()),
        handoffs=(),
        parameters=(),
        constants={},
        run=run or RunSettings(),
        cleanup=cleanup,
        before_run={},
        under_other_names={},
        announced={},
        options=options or {},
    )


def _task(name: str, settings: TaskSettings) -> Task:
    return Task(name=name, label=name, nodes=(), pipeline="", settings=settings)
