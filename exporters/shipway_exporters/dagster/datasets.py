"""Datasets as assets: their keys, and what the catalog says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.artifacts.python_literals import Call, Code, string
from shipway.model import Dataset, bare
from shipway.planner.plan import Plan, Task
from shipway_exporters.dagster.names import asset_keys, below_env

Key = tuple[str, ...]
_MOST_KINDS = 3
"""Source: Dagster, `AssetSpec`: at most three kinds."""


class Datasets:
    """The datasets of a plan that outlive a task, by their names without transcoding."""

    def __init__(self, plan: Plan) -> None:
        self.entries: dict[str, Dataset] = {}
        for dataset in plan.catalog:
            self.entries.setdefault(bare(dataset.name), dataset)
        self.keys: Mapping[str, Key] = asset_keys(self.entries, plan.env)
        self.depth = len(below_env((), plan.env))
        self.outputs = {task.name: list(self._outputs(task)) for task in plan.tasks}
        self.writers = {name: task for task, names in self.outputs.items() for name in names}

    def _outputs(self, task: Task) -> Iterator[str]:
        names = dict.fromkeys(bare(name) for node in task.nodes for name in node.outputs)
        yield from (name for name in names if name in self.entries)

    def inputs(self, task: Task) -> list[str]:
        """Return what a task reads and does not write itself."""
        names = dict.fromkeys(bare(name) for node in task.nodes for name in node.datasets_in)
        own = set(self.outputs[task.name])
        return [name for name in names if name in self.entries and name not in own]

    @property
    def odd_keys(self) -> dict[str, str]:
        """The keys, joined by dots, of datasets that are called something else."""
        joined = {name: ".".join(key) for name, key in self.keys.items()}
        return {name: key for name, key in sorted(joined.items()) if name != key}

    def facts(self, name: str, tags: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
        """Yield what an asset says of a dataset, as arguments of its spec.

        Args:
            tags: those of its writer that can be no tags of it.
        """
        dataset = self.entries[name]
        if kinds := _kinds(dataset.type):
            yield "kinds", Code("{" + ", ".join(map(string, kinds)) + "}")
        metadata = dict(_metadata(name, dataset, ".".join(self.keys[name][self.depth :])))
        metadata |= {"tags": list(tags)} if tags else {}
        if metadata:
            yield "metadata", metadata


def key_literal(key: Key) -> str | list[str]:
    """Return a key as a file has it: a text, or a list of its parts."""
    return key[0] if len(key) == 1 else list(key)


def _kinds(type_: str | None) -> list[str]:
    """`pandas.CSVDataset` is of the kinds csv and pandas."""
    if not type_:
        return []
    *modules, name = type_.split(".")
    name = name.removesuffix("Dataset") or name
    words = [name.lower()]
    words += [part for part in modules if part != "kedro_datasets"][:1]
    fitting = [word for word in dict.fromkeys(words) if re.fullmatch(r"[a-z0-9_.-]{1,50}", word)]
    return sorted(fitting)[:_MOST_KINDS]


def _metadata(name: str, dataset: Dataset, key: str) -> Iterator[tuple[str, Any]]:
    if name != key:
        yield "dataset", name
    if dataset.type:
        yield "type", dataset.type
    if dataset.table:
        yield "dagster/table_name", dataset.table
    if dataset.location:
        is_url = dataset.kind == "remote"
        place = dataset.location
        yield (
            ("dagster/uri", place) if is_url else ("path", Call("dg.MetadataValue.path", (place,)))
        )
    if dataset.versioned:
        yield "versioned", True
