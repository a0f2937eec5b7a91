"""Where a task runs: as its settings say, or the options of the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings


def place_of(options: Mapping[str, Any], settings: TaskSettings | None) -> str:
    """Return the place of a task; with `None` that of those whose settings do not say it."""
    return str((settings and settings.run_on) or options.get("run_on", "local"))


def places_of(plan: Plan) -> set[str]:
    """Return the places of all tasks of a plan."""
    return {place_of(plan.options, task.settings) for task in plan.tasks}
