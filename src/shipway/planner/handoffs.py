"""What passes from task to task, and what is announced to other pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.model import Pipeline, Project, bare
from shipway.planner.plan import Handoff, Task
from shipway.settings.check import schedules
from shipway.settings.settings import Settings


def handoffs_of(project: Project, pipeline: Pipeline, tasks: Sequence[Task]) -> Iterator[Handoff]:
    """Yield each dataset that one task writes and others read, in the order of its writers."""
    task_of = {node.name: task.name for task in tasks for node in task.nodes}
    rank = {task.name: i for i, task in enumerate(tasks)}
    for node in pipeline.nodes:
        for output in node.outputs:
            readers = {task_of[n] for n in pipeline.consumers.get(bare(output), ())}
            outside = sorted(readers - {task_of[node.name]}, key=rank.__getitem__)
            if outside:
                full_names = (output, *pipeline.read_as[bare(output)])
                yield Handoff(
                    dataset=bare(output),
                    kind=project.dataset(output).kind,
                    versioned=any(project.dataset(name).versioned for name in full_names),
                    writer=task_of[node.name],
                    readers=tuple(outside),
                )


def announcements(
    project: Project, settings: Settings, tasks: Sequence[Task]
) -> dict[str, tuple[str, ...]]:
    """Return the datasets that start other pipelines, by the task that writes them."""
    starters = {name for datasets in schedules(project, settings).values() for name in datasets}
    by_task_name: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        outputs = {bare(output) for node in task.nodes for output in node.outputs}
        if outputs & starters:
            by_task_name[task.name] = tuple(sorted(outputs & starters))
    return by_task_name
