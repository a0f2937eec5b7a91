"""A plan in words: a line a task, for pipes and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.errors import count
from shipway.planner.notes_of_tasks import fusion_notes
from shipway.planner.plan import Task
from shipway.views.graph import View
from shipway.views.reasons import reasons_of


def text(views: Sequence[View]) -> str:
    """Return every plan as a list of its tasks, with what each waits for."""
    return "".join(f"{line}\n" for view in views for line in _lines(view))


def title(view: View) -> str:
    """Return the pipeline's name and its size."""
    tasks, layers = len(view.plan.tasks), view.depth
    size = f"{count(view.nodes, 'node')} in {count(tasks, 'task')}, {count(layers, 'layer')}"
    return f"{view.plan.subject}: {size}"


def notes_of(view: View) -> tuple[str, ...]:
    """Return the notes of a plan but for those that say why nodes share a task."""
    fusions = set(fusion_notes(view.plan.tasks))
    return tuple(note for note in view.plan.notes if note not in fusions)


def reason_lines(view: View, with_nodes: bool = False) -> Iterator[str]:
    """Yield each reason why nodes share a task, then its tasks with the names it speaks of.

    Args:
        with_nodes: whether to say the nodes of each task, too.
    """
    for reason in reasons_of(view.plan.tasks):
        yield f"nodes share a task since {reason.text}:"
        for name, of in reason.tasks.items():
            nodes = " + ".join(node.name for node in view.plan.task_by_name[name].nodes)
            own_names = f"  ({', '.join(of)})" if of else ""
            yield f"  {name}{own_names}" + (f" = {nodes}" if with_nodes else "")


def _lines(view: View) -> Iterator[str]:
    yield title(view)
    for task in view.tasks:
        yield from (f"  {line}" for line in _task(view, task))
    yield f"  critical path: {view.critical_path}"
    yield from (f"  {line}" for line in reason_lines(view))
    yield from (f"  {line}" for line in change_lines(view))
    yield from (f"  note: {note}" for note in notes_of(view))


def change_lines(view: View) -> Iterator[str]:
    """Yield what a comparison has found, but for tasks that are wholly new or gone."""
    if view.is_compared and not (view.changes.tasks or view.changes.edges):
        yield "no task and no edge has changed"
    for name, details in view.changes.details.items():
        yield f"changed: {name}"
        yield from (f"  {detail}" for detail in details)
    for (source, target), change in view.changes.edges.items():
        yield f"{change}: {target} after {source}"


def _task(view: View, task: Task) -> Iterator[str]:
    after = f"  after {', '.join(task.needs)}" if task.needs else ""
    change = view.changes.tasks.get(task.name)
    yield task.name + after + (f"  [{change}]" if change else "")
    if task.reason:
        yield from (f"    {node.name}" for node in task.nodes)
