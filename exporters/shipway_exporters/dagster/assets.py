"""The assets of a task: what it writes, or else the task itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shipway.artifacts.descriptions import task_doc
from shipway.artifacts.python_literals import Call
from shipway.planner.plan import Plan, Task
from shipway_exporters.dagster.datasets import Datasets, Key, key_literal
from shipway_exporters.dagster.names import below_env, group
from shipway_exporters.dagster.owners import owner_of
from shipway_exporters.dagster.tags import odd_tags_of, tags_of


class Assets:
    """The assets of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.datasets = Datasets(plan)

    def specs(self, task: Task) -> list[Call]:
        """Return the assets that a task writes."""
        deps = self._deps(task)
        names = self.datasets.outputs[task.name]
        common, odd = [*deps, *self._common(task)], odd_tags_of(task)
        if not names:
            metadata = [("metadata", {"tags": odd})] if odd else []
            return [_spec(self.own_key(task.name), [*common, *metadata])]
        return [
            _spec(self.datasets.keys[name], [*common, *self.datasets.facts(name, odd)])
            for name in names
        ]

    def cleanup(self, name: str) -> Call:
        """Return the asset that stands for the last task, which empties the store."""
        keys = [key for task in self.plan.last for key in self._keys(task)[:1]]
        return _spec(self.own_key(name), [("deps", list(map(key_literal, keys)))])

    def sources(self) -> Iterator[Call]:
        """Yield the datasets that no task writes, each in the group of who first reads it."""
        names: dict[str, Task] = {}
        for task in self.plan.tasks:
            for name in self.datasets.inputs(task):
                if name not in self.datasets.writers:
                    names.setdefault(name, task)
        for name, task in names.items():
            facts = [("group_name", group(task.pipeline)), *self.datasets.facts(name)]
            yield _spec(self.datasets.keys[name], facts)

    def own_key(self, task: str) -> Key:
        """Return the key of a task that writes no dataset."""
        return below_env((self.plan.name, task), self.plan.env)

    def _keys(self, task: str) -> list[Key]:
        names = self.datasets.outputs[task]
        return [self.datasets.keys[name] for name in names] or [self.own_key(task)]

    def _deps(self, task: Task) -> list[tuple[str, Any]]:
        """What a task waits for: what it reads, and else anything of a task that it waits for."""
        names = self.datasets.inputs(task)
        keys = [self.datasets.keys[name] for name in names]
        writers = {self.datasets.writers.get(name) for name in names}
        keys += [self._keys(need)[0] for need in task.needs if need not in writers]
        return [("deps", list(map(key_literal, keys)))] if keys else []

    def _common(self, task: Task) -> Iterator[tuple[str, Any]]:
        if doc := task_doc(task) if any(node.doc for node in task.nodes) else None:
            yield "description", doc
        yield "group_name", group(task.pipeline)
        if self.plan.run.owner:
            yield "owners", [owner_of(self.plan.run.owner)]
        if tags := tags_of(task):
            yield "tags", tags


def _spec(key: Key, pairs: Sequence[tuple[str, Any]]) -> Call:
    return Call("dg.AssetSpec", (key_literal(key),), tuple(pairs))
