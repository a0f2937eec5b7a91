"""Pass 7, verify: the promises that every plan keeps, checked on every plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shipway.errors import Finding, InternalError
from shipway.model import Pipeline, Project
from shipway.planner.fuse import can_be_stored, needs
from shipway.planner.order import Order, order_of
from shipway.planner.plan import Plan


def verify(plan: Plan, project: Project, pipeline: Pipeline) -> None:
    """Check a plan against the pipeline that it was made from.

    Every node stands in exactly one task; every edge is kept, and Kedro's order of those that use
    one place, and none is made up; no task comes before one it waits for, so there is no cycle;
    nothing passes between tasks in memory unless a store carries it, and all else that does is
    known; no value that is hidden gets out.

    Raises:
        InternalError: a promise is broken; always a bug of the planner.
    """
    # The other checks look nodes up in tasks, and would fail where one is missing.
    faults = list(_nodes(plan, pipeline)) or [
        *_edges(plan, pipeline, order_of(project, pipeline, plan.run.one_at_a_time)),
        *_memory(plan, project, pipeline),
        *_handoffs(plan, pipeline),
        *_in_memory(plan),
    ]
    if faults:
        raise InternalError(
            *(Finding(what=what, where=f"plan of `{plan.subject}`") for what in faults)
        )


def _nodes(plan: Plan, pipeline: Pipeline) -> Iterator[str]:
    counts = Counter(node.name for task in plan.tasks for node in task.nodes)
    for name in pipeline.by_name:
        if counts[name] != 1:
            yield f"The node `{name}` stands in {counts[name]} tasks."
    for name in counts.keys() - pipeline.by_name.keys():
        yield f"The node `{name}` is not in the pipeline."
    for node in (node for task in plan.tasks for node in task.nodes):
        if pipeline.by_name.get(node.name, node) != node:
            yield f"The node `{node.name}` is not the pipeline's own."
    for name, count in Counter(task.name for task in plan.tasks).items():
        if count != 1:
            yield f"{count} tasks are called `{name}`."


def _edges(plan: Plan, pipeline: Pipeline, order: Order) -> Iterator[str]:
    task_of = {node.name: task.name for task in plan.tasks for node in task.nodes}
    needs: dict[str, set[str]] = {task.name: set() for task in plan.tasks}
    for edges in (pipeline.parents, order.parents):
        for child, parents in edges.items():
            needs[task_of[child]] |= {task_of[p] for p in parents} - {task_of[child]}
    before: set[str] = set()
    for task in plan.tasks:
        if set(task.needs) != needs[task.name]:
            yield f"The task `{task.name}` waits for other tasks than its nodes do."
        if not set(task.needs) <= before:
            yield f"The task `{task.name}` comes before one that it waits for."
        before.add(task.name)


def _memory(plan: Plan, project: Project, pipeline: Pipeline) -> Iterator[str]:
    task_of = {node.name: task.name for task in plan.tasks for node in task.nodes}
    stores = plan.run.memory == "store"
    for need in needs(project, pipeline, stores):
        if len({task_of[name] for name in need.nodes}) > 1:
            yield f"{', '.join(need.nodes)} are in several tasks, but {need.why}."
    crossing = {handoff.dataset for handoff in plan.handoffs if handoff.kind == "memory"}
    for name in sorted(n for n in crossing if not (stores and can_be_stored(pipeline, n))):
        yield f"The dataset `{name}` passes between tasks in memory."


def _handoffs(plan: Plan, pipeline: Pipeline) -> Iterator[str]:
    task_of = {node.name: task.name for task in plan.tasks for node in task.nodes}
    crossing = {
        (name, task_of[maker], task_of[reader])
        for name, maker in pipeline.producers.items()
        for reader in pipeline.consumers.get(name, ())
        if task_of[maker] != task_of[reader]
    }
    declared_handoffs = {
        (h.dataset, h.writer, reader) for h in plan.handoffs for reader in h.readers
    }
    for name, writer, reader in sorted(crossing ^ declared_handoffs):
        yield f"The plan is wrong on whether `{name}` passes from `{writer}` to `{reader}`."


def _in_memory(plan: Plan) -> Iterator[str]:
    for parameter in plan.parameters:
        if parameter.hidden:
            yield f"The parameter `{parameter.name}` would be exported, but {parameter.hidden}."
