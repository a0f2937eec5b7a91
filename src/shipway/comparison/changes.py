"""Changes between two artifacts of one pipeline, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from shipway.model import Json

Kind = Literal[
    "pipeline-added",
    "pipeline-removed",
    "pipeline-renamed",
    "task-added",
    "task-removed",
    "task-renamed",
    "task-split",
    "tasks-fused",
    "tasks-regrouped",
    "node-added",
    "node-removed",
    "node-renamed",
    "node-changed",
    "edge-added",
    "edge-removed",
    "schedule",
    "parameter-added",
    "parameter-removed",
    "parameter-type",
    "parameter-default",
    "image",
    "resources",
    "retries",
    "setting",
    "lines",
    "digest",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""All kinds, in the order of what they do to a running deployment."""

EFFECTS: Mapping[Kind, str] = {
    "pipeline-added": "nothing runs until it is deployed",
    "pipeline-removed": "what is deployed keeps running until it is deleted there",
    "pipeline-renamed": "its history, and whether it is paused, stay with the old name",
    "task-added": "runs from the next run on",
    "task-removed": "runs no more; its history stays until it is deleted",
    "task-renamed": "its history stays with the old name",
    "task-split": "the history of the whole stays with the old name",
    "tasks-fused": "their history stays with the old names; one retry repeats them all",
    "tasks-regrouped": "their history stays with the old names",
    "node-added": "this task runs it, too",
    "node-removed": "this task runs it no more",
    "node-renamed": "tasks call it by its new name, which the image must hold",
    "node-changed": "it reads or writes other datasets",
    "edge-added": "the task waits where it did not",
    "edge-removed": "the task waits no more",
    "schedule": "when runs start",
    "parameter-added": "can be set when a run is triggered",
    "parameter-removed": "callers that set it fail, or are not heard",
    "parameter-type": "callers that set a value of the old type may be refused",
    "parameter-default": "what the form shows before a run",
    "image": "other code runs",
    "resources": "what the scheduler must find room for",
    "retries": "how long a failing task goes on",
    "setting": "holds from the next run on",
    "lines": "of the files; see the lines themselves",
    "digest": "tells what the files were made of",
}
"""What a change of each kind does, in half a sentence."""

LOSSES: tuple[Kind, ...] = (
    *("pipeline-removed", "pipeline-renamed", "task-removed", "task-renamed"),
    *("task-split", "tasks-fused", "tasks-regrouped", "parameter-removed"),
)
"""Kinds by which a deployment loses something that no later change brings back."""

REFUSED = "deployed tasks refuse new code"
TOGETHER = "deploy artifact and code together"
_REFUSED = f"{REFUSED}: {TOGETHER}"
"""What the digests do that tasks are told."""

Status = Literal["added", "removed", "changed", "same", "unreadable"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference.

    Args:
        kind: see `KINDS`.
        name: of what changed: a parameter, a setting or a node; empty where `tasks` say it.
        tasks: those that are meant, by the names of the newer artifact where they have one; of an
            edge, the one that comes first and the one that waits for it; none for the pipeline.
        before, after: values; names of tasks for those that were renamed, split or fused. `None`
            where there is none, and for a parameter without a default.
        set_to_null: the sides on which `None` is a value that was set, as a constant's may be.
    """

    kind: Kind
    name: str = ""
    tasks: tuple[str, ...] = ()
    before: Json = None
    after: Json = None
    set_to_null: tuple[Literal["before", "after"], ...] = ()

    @property
    def effect(self) -> str:
        """What it does to a running deployment."""
        return _REFUSED if self.kind == "digest" and self.tasks else EFFECTS[self.kind]


@dataclass(frozen=True, kw_only=True)
class FileLines:
    """A file that differs: its path, from where the command was called, and a unified diff."""

    path: str
    diff: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What one artifact becomes.

    Args:
        target: the exporter's name.
        pipeline: the registered pipeline, or what the artifact calls it where it is no more.
        path: of its first file, from the folder that the command was called in.
        status: `unreadable` for one that differs, and of which only the lines can be compared.
        changes: by rank.
        files: those that differ, by path.
        reason: why it cannot be read.
        size: how many tasks run nodes in the newer artifact; 0 where nothing tells.
    """

    target: str
    pipeline: str
    path: str
    status: Status
    changes: tuple[Change, ...] = ()
    files: tuple[FileLines, ...] = ()
    reason: str | None = None
    size: int = 0
