"""A plan as JSON, for scripts."""

from __future__ import annotations

from typing import Any

from shipway.planner.plan import plain
from shipway.views.graph import View


def document(view: View) -> dict[str, Any]:
    """Return the plan with its layers, its critical path, its notes and its digests."""
    plan = view.plan
    return {
        **plain(plan),
        "layers": [[task.name for task in layer] for layer in view.layers],
        "critical_path": {
            "tasks": list(view.critical_path.tasks),
            "by": "tasks" if view.critical_path.seconds is None else "timeout",
            "seconds": view.critical_path.seconds,
        },
        "notes": list(plan.notes),
        "digests": dict(plan.digests),
    }
