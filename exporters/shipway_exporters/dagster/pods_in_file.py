"""The pods of steps as source: the tags of ops, of which the usual ones stand once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from shipway.artifacts.python_literals import Code, literal
from shipway.planner.plan import Plan, Task
from shipway_exporters.dagster.place import is_in_pods
from shipway_exporters.dagster.pods import tags_of_op


class Pods:
    """The pods of a plan; none, where tasks are processes beside the code location."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.in_pods = is_in_pods(plan.options)
        self.tags = {t.name: tags_of_op(plan, t) for t in plan.tasks} if self.in_pods else {}
        counts = Counter(json.dumps(tags) for tags in self.tags.values() if tags)
        self.usual = json.loads(counts.most_common(1)[0][0]) if counts else {}

    def context(self) -> dict[str, Any]:
        """Return the source of what stands once."""
        return {
            "in_pods": self.in_pods,
            "pod": _constant("POD", self.usual) if self.usual else None,
        }

    def of(self, task: Task) -> Iterator[tuple[str, Any]]:
        """Yield the argument of a task's decorator that its pod is made by."""
        if tags := self.tags.get(task.name):
            yield "op_tags", Code("POD") if tags == self.usual else tags


def _constant(name: str, value: Any) -> str:
    return literal(value, 0, len(f"{name} = "))
