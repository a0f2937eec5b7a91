"""The local files that tasks share or leave behind, and what a plan says of shared places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.model import Dataset, Pipeline, Project, bare, computed_parts
from shipway.planner.order import Order, Wait
from shipway.planner.plan import LocalFile, Task

_MOST_NAMES = 3
"""Waits at one place that a note names."""


def files_of(
    project: Project, pipeline: Pipeline, order: Order, tasks: Sequence[Task]
) -> Iterator[LocalFile]:
    """Yield the local files that tasks write, for other tasks to read or to stay.

    Whoever uses a file by another name counts among its tasks.
    """
    task_of = {node.name: task.name for task in tasks for node in task.nodes}
    rank = {task.name: i for i, task in enumerate(tasks)}
    others = _by_other_names(order, task_of)
    for name, maker in sorted(pipeline.producers.items()):
        full_names = {out for out in pipeline.by_name[maker].outputs if bare(out) == name}
        full_names.update(pipeline.read_as.get(name, ()))
        users = {task_of[n] for n in (maker, *pipeline.consumers.get(name, ()))}
        users.update(others.get(name, ()))
        in_order = tuple(sorted(users, key=rank.__getitem__))
        files = {file for full in full_names for file in _local(project.dataset(full))}
        for location in sorted(files):
            crosses = len(in_order) > 1
            yield LocalFile(
                dataset=name,
                location=location,
                tasks=in_order,
                writers=(task_of[maker],),
                crosses=crosses,
            )


def inputs_of(project: Project, pipeline: Pipeline, tasks: Sequence[Task]) -> Iterator[LocalFile]:
    """Yield the local files of datasets that tasks read and no task writes."""
    readers: dict[tuple[str, str], dict[str, None]] = {}
    free_inputs = set(pipeline.free_inputs)
    for task in tasks:
        for full in (name for node in task.nodes for name in node.inputs if name in free_inputs):
            for location in _local(project.dataset(full)):
                readers.setdefault((bare(full), location), {})[task.name] = None
    for (name, location), names in sorted(readers.items()):
        yield LocalFile(
            dataset=name, location=location, tasks=tuple(names), writers=(), crosses=False
        )


def _local(dataset: Dataset) -> Iterator[str]:
    if dataset.kind == "memory":
        return
    if dataset.kind == "local" and dataset.location:
        yield dataset.location
    yield from dataset.files
    if dataset.database:
        yield dataset.database


def _by_other_names(order: Order, task_of: dict[str, str]) -> dict[str, set[str]]:
    """Return the tasks that use the place of a dataset by another name, by dataset."""
    names: dict[str, set[str]] = {}
    for meeting in order.meetings:
        if meeting.is_sure:
            for name, node in zip(meeting.datasets, (meeting.later, meeting.earlier), strict=True):
                names.setdefault(bare(name), set()).add(task_of[node])
    return names


def place_notes(
    project: Project, pipeline: Pipeline, order: Order, tasks: Sequence[Task]
) -> Iterator[str]:
    """Yield what a plan says of places: who waits for whom there, and what nobody knows yet."""
    task_of = {node.name: task.name for task in tasks for node in task.nodes}
    by_place: dict[str, list[Wait]] = {}
    for wait in order.waits:
        if task_of[wait.earlier] != task_of[wait.later]:
            by_place.setdefault(wait.place, []).append(wait)
    for place, waits in by_place.items():
        yield f"{_who(waits)}: {_why(place, waits)}."
    for name in sorted({name for node in pipeline.nodes for name in node.outputs}):
        dataset = project.dataset(name)
        if dataset.kind == "other" and computed_parts(dataset.location or ""):
            yield f"Where `{name}` stands is decided where its task runs: {dataset.location}."


def _who(waits: Sequence[Wait]) -> str:
    sentences = [f"`{wait.later}` waits for `{wait.earlier}`" for wait in waits[:_MOST_NAMES]]
    more = [f"{len(waits) - _MOST_NAMES} more wait likewise"] if len(waits) > _MOST_NAMES else []
    return ", ".join([*sentences, *more])


def _why(place: str, waits: Sequence[Wait]) -> str:
    use = "both use" if len(waits) == 1 else "they use"
    if not all(wait.is_sure for wait in waits):
        return f"{use} {place}, which may be one place"
    if waits[0].is_database:
        return (
            f"{use} the database {place}, which one task at a time can open; "
            "`concurrency: {tasks: 1, runs: 1}` would do as well"
        )
    return f"{use} {place}"
