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
        **_changes(view),
        "notes": list(plan.notes),
        "digests": dict(plan.digests),
    }


def _changes(view: View) -> dict[str, Any]:
    """What a comparison has found; nothing where there was none."""
    changes = view.changes
    if not view.is_compared:
        return {}
    tasks = [
        {"task": name, "change": change, "details": list(changes.details.get(name, ()))}
        for name, change in changes.tasks.items()
    ]
    edges = [
        {"source": source, "target": target, "change": change}
        for (source, target), change in changes.edges.items()
    ]
    return {"changes": {"tasks": tasks, "edges": edges}}
