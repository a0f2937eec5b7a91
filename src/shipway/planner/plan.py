"""The plan: what runs as which task, in what order, and with which settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property, lru_cache
from typing import Any

from shipway.model import Dataset, DatasetKind, Json, Node, Parameter, overlap
from shipway.settings.jobs import leaves
from shipway.settings.quantities import Quantity
from shipway.settings.values import RunSettings, TaskSettings

# Where things stand, and what is said of them: to move a line must make no artifact stale.
_NOT_DIGESTED = frozenset(
    {"origin", "doc", "places", "notes", "how", "kedro", "files", "local_inputs", "title"}
    | {"of_layers_above", "settable"}
)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the orchestrator schedules.

    Args:
        name: its name in the target's alphabet.
        label: its name in Kedro's words: the node, or what its nodes have in common.
        nodes: what it runs, in Kedro's order.
        pipeline: the smallest registered pipeline that holds these very nodes.
        needs: names of the tasks it waits for, in the plan's order.
        namespace: the namespace that all its nodes share, or `None`.
        reason: why several nodes share the task, or `None`.
        parameters: names of those parameters of the plan that can change what its nodes see.
    """

    name: str
    label: str
    nodes: tuple[Node, ...]
    pipeline: str
    needs: tuple[str, ...] = ()
    namespace: str | None = None
    reason: str | None = None
    settings: TaskSettings = field(default_factory=TaskSettings)
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A dataset that one task writes and others read."""

    dataset: str
    kind: DatasetKind
    versioned: bool
    writer: str
    readers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """A dataset at a local path: one that tasks write, for others to read or to stay, or an input.

    Args:
        location: as the catalog has it; relative to the project where it is inside.
        tasks: those that write or read it, in the plan's order.
        writers: those of them that write it; none writes an input.
        crosses: whether one task writes and another reads it.
    """

    dataset: str
    location: str
    tasks: tuple[str, ...]
    writers: tuple[str, ...]
    crosses: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that an exporter may know.

    Args:
        project: the project's package name.
        pipeline: the registered pipeline.
        job: the job of it in the settings, or `None`.
        jobs: the plans of the jobs that share the artifact of this plan; none for one job's own.
        name: what the pipeline is called on the orchestrator; unique in the project.
        selected: names of tags that the nodes were selected by.
        tasks: in topological order.
        parameters: what may be set when a run is triggered, with its default.
        constants: parameters that every run sets, nested; one that is set at trigger time as well
            has that value.
        homes: digest of each registered pipeline that tasks load, by name; what a task compares
            with what is installed where it runs.
        cleanup: name of the last task, which empties the store; `None` when there is none.
        files: the local files that tasks write.
        local_inputs: those that tasks read, and none writes.
        order: nodes of which the second waits for the first, since both use one place.
        before_run: the datasets whose version from before the run each task loads; full names.
        under_other_names: those whose version of the run another name has written, by task.
        announced: datasets that start other pipelines, by the task that writes them.
        notes: what was fused or split and why, and what else deserves a look.
        how: the options that `shipway export TARGET` needs to give this plan again.
        title: the project's name for people.
        settable: which parameters the settings let a run set: `all`, `none`, or those.
        catalog: the catalog's entries of what its nodes read and write, if the target shows them.
    """

    project: str
    kedro: str
    pipeline: str
    name: str
    tasks: tuple[Task, ...]
    handoffs: tuple[Handoff, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    constants: Mapping[str, Json] = field(default_factory=dict)
    run: RunSettings = field(default_factory=RunSettings)
    homes: Mapping[str, str] = field(default_factory=dict)
    cleanup: str | None = None
    files: tuple[LocalFile, ...] = ()
    local_inputs: tuple[LocalFile, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    before_run: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    under_other_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    announced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    env: str | None = None
    conf_source: str | None = None
    selected: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    title: str | None = None
    settable: str | tuple[str, ...] = "all"
    job: str | None = None
    jobs: tuple[Plan, ...] = ()
    catalog: tuple[Dataset, ...] = ()

    @property
    def subject(self) -> str:
        """What the settings call it: the job or the jobs, or else the registered pipeline."""
        return ", ".join(job.subject for job in self.jobs) or self.job or self.pipeline

    @cached_property
    def task_by_name(self) -> Mapping[str, Task]:
        """The tasks by name."""
        return {task.name: task for task in self.tasks}

    @cached_property
    def from_run(self) -> Mapping[str, tuple[str, ...]]:
        """The versioned datasets that each task loads and another task writes, by task."""
        pairs = [(r, h.dataset) for h in self.handoffs if h.versioned for r in h.readers]
        return by_task([*pairs, *((t, n) for t, ns in self.under_other_names.items() for n in ns)])

    @cached_property
    def stored(self) -> Mapping[str, tuple[str, ...]]:
        """The datasets in memory that each task saves to the store or loads from it, by task."""
        handoffs = [h for h in self.handoffs if h.kind == "memory"]
        return by_task((task, h.dataset) for h in handoffs for task in (h.writer, *h.readers))

    @cached_property
    def local_paths(self) -> Mapping[str, tuple[str, ...]]:
        """Where the local files stand that each task reads or writes, by task."""
        files = (*self.files, *self.local_inputs)
        return by_task((task, file.location) for file in files for task in file.tasks)

    @property
    def configuration(self) -> str | None:
        """Where the configuration stands for a task: as the settings say, or as it was read."""
        return self.run.conf_source or self.conf_source

    @cached_property
    def last(self) -> tuple[str, ...]:
        """The tasks that no other waits for, in the plan's order."""
        needs = {name for task in self.tasks for name in task.needs}
        return tuple(task.name for task in self.tasks if task.name not in needs)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Short digests: of the `plan`, and of what the `project` and the `settings` gave it.

        The plan's is about what runs. The other two say why a text changed, so the project's sees
        documentation, too. None sees the release of Kedro: a patch of it makes nothing stale.
        """
        constants = leaves(self.constants)
        project = [
            [task.nodes for task in self.tasks],
            [(h.dataset, h.kind, h.versioned) for h in self.handoffs],
            [self.order, self.before_run, self.under_other_names],
            self.homes,
            # What a constant gives is none of the project's doing.
            [item for item in self.parameters if not _is_in(item.name, constants)],
            [[node.doc for node in task.nodes] for task in self.tasks],
            [self.project, self.pipeline, self.env, self.conf_source],
            # Of a target that shows none, no digest may change.
            *([self.catalog] if self.catalog else []),
        ]
        settings = [
            self.run,
            self.options,
            self.name,
            # Whose they are, a new or renamed node changes: see `shipway.artifacts.files`.
            sorted({digest(task.settings) for task in self.tasks}),
            self.settable,
            self.constants,
        ]
        return {"plan": digest(self), "project": digest(project), "settings": digest(settings)}


def _is_in(name: str, constants: Iterable[str]) -> bool:
    return any(overlap(name, constant) for constant in constants)


def defaults(plan: Plan) -> dict[str, Json]:
    """Return what each parameter that may be set has before it is, by dotted name."""
    return {parameter.name: parameter.default for parameter in plan.parameters}


def by_task(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return what is paired with each task, such as its datasets, sorted."""
    result: dict[str, set[str]] = {}
    for task, item in pairs:
        result.setdefault(task, set()).add(item)
    return {task: tuple(sorted(items)) for task, items in result.items()}


def digest(value: Any) -> str:
    """Return the first 12 hex digits of the SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, default=_record, sort_keys=True, separators=(",", ":"))
    # 48 bits: enough to tell versions of one plan apart, and short enough for a header's line.
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def plain(value: Any) -> Json:
    """Return dataclasses and tuples as JSON, leaving out what is only for messages."""
    return json.loads(json.dumps(value, default=_record))


def _record(value: Any) -> Json:
    """Return a dataclass as a mapping of its fields; the encoder itself descends into them."""
    if isinstance(value, Quantity):
        return value.text
    if isinstance(value, Mapping):
        return dict(value)
    kind: Any = type(value)
    pairs = ((name, getattr(value, name)) for name in _fields_in_digest(kind))
    # Without what is not set, so that a new optional field leaves old digests as they are.
    unset = _unset(kind)
    return {k: item for k, item in pairs if item is not None and (k not in unset or item)}


@lru_cache(maxsize=64)
def _unset(cls: type) -> Mapping[str, Any]:
    """Return what the fields that may be left out have then, where that is something empty."""
    values = {
        f.name: f.default if f.default_factory is MISSING else f.default_factory()
        for f in fields(cls)
    }
    return {name: value for name, value in values.items() if value in ((), {})}


@lru_cache(maxsize=64)
def _fields_in_digest(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls) if f.name not in _NOT_DIGESTED)
