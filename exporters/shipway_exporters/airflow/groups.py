"""Task groups that show the namespaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shipway.model import prefixes
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan, Task

# No dots, unlike in ids of tasks (`airflow.sdk.definitions._internal.node`, validate_group_key).
_GROUP_IDS = NameRules(allowed=r"[\w-]", first=r"[\w-]", longest=200)


def groups_of(plan: Plan) -> list[str]:
    """Return the namespaces that become task groups, outer ones first."""
    # Sorted, a namespace comes right after the one around it, which it refers to as its parent.
    return sorted({prefix for task in plan.tasks for prefix in prefixes(group_of(task))})


def group_of(task: Task) -> str | None:
    """Return the namespace whose group holds a task; a whole namespace stands in the one around."""
    if task.namespace and task.label == task.namespace:
        return task.namespace.rpartition(".")[0] or None
    return task.namespace


def group_ids_of(plan: Plan, groups: Sequence[str]) -> dict[str, str]:
    """Return the id of each group: group ids and task ids share one space of names."""
    task_names = frozenset(task.name for task in plan.tasks)
    return assign(groups, replace(_GROUP_IDS, reserved=task_names))
