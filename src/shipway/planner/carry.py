"""What a task's call can carry from one task of a run to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipway.errors import Finding, PlanError, SettingsError
from shipway.model import Pipeline
from shipway.planner.order import Wait
from shipway.planner.plan import Handoff, Task
from shipway.planner.select import in_kedros_order
from shipway.planner.versions import Versions
from shipway.settings.values import PipelineSettings

_IN_ORDER = (None, "SequentialRunner", "kedro.runner.SequentialRunner")
"""The runners that run one node after the other."""


def check_carried(handoffs: Sequence[Handoff], settings: PipelineSettings) -> None:
    """Check that what tasks hand to each other arrives.

    Raises:
        SettingsError: `memory: store` without a store.
        PlanError: plain `kedro run` would lose a dataset, or load another run's.
    """
    stores = settings.memory == "store"
    if stores and not settings.store:
        raise SettingsError(_no_store(settings))
    if settings.run_with != "kedro":
        return
    findings = [*_versions(handoffs, settings)]
    if stores:
        findings.append(_not_stored(settings))
    if findings:
        raise PlanError(*findings)


def check_order(tasks: Sequence[Task], waits: Sequence[Wait], settings: PipelineSettings) -> None:
    """Check that the nodes of each task run in Kedro's order where one place asks for it.

    Raises:
        PlanError: the runner has no order, or plain `kedro run` has another for these nodes alone.
    """
    task_of = {node.name: task for task in tasks for node in task.nodes}
    inside = [wait for wait in waits if task_of[wait.earlier] is task_of[wait.later]]
    tasks_of_waits = {task_of[wait.earlier].name: task_of[wait.earlier] for wait in inside}
    rank = {name: _ranks(task) for name, task in tasks_of_waits.items()}
    findings = []
    for wait in inside:
        task = task_of[wait.earlier]
        ranks = rank[task.name]
        if task.settings.runner not in _IN_ORDER:
            place = task.settings.places.get("runner", "`runner`")
            findings.append(_no_order(wait, str(task.settings.runner), place))
        # `kedro run --nodes` sorts the nodes anew, without those that put them in order before.
        elif settings.run_with == "kedro" and ranks[wait.later] < ranks[wait.earlier]:
            findings.append(_another_order(wait, settings.place("run_with")))
    if findings:
        raise PlanError(*findings)


def _ranks(task: Task) -> Mapping[str, int]:
    # The task's nodes as a pipeline of their own, as Kedro sees them when it runs these alone.
    alone = in_kedros_order(Pipeline(name=task.name, nodes=task.nodes))
    return {node.name: rank for rank, node in enumerate(alone)}


def _no_order(wait: Wait, runner: str, place: str) -> Finding:
    return Finding(
        what=f"`{wait.earlier}` must be done before `{wait.later}` starts, since both use "
        f"{wait.place}, but {runner} starts both at once.",
        where=place,
        remedy="Leave out `runner` for them, or let them run in tasks of their own.",
    )


def _another_order(wait: Wait, place: str) -> Finding:
    return Finding(
        what=f"`{wait.earlier}` must run before `{wait.later}`, since both use {wait.place}. "
        "Plain `kedro run` of one task's nodes takes them the other way round.",
        where=place,
        remedy="Set `run_with: shipway`, or let them run in tasks of their own.",
    )


def check_latest(versions: Versions, tasks: Sequence[Task], settings: PipelineSettings) -> None:
    """Check that plain `kedro run`, which takes the latest version, takes the right one.

    Raises:
        PlanError: a task would load what its own run has just written, or another run.
    """
    if settings.run_with != "kedro":
        return
    rank = {node.name: i for i, task in enumerate(tasks) for node in task.nodes}
    findings = [
        _written_since(name, versions.writers[name], task, settings)
        for i, task in enumerate(tasks)
        for name in versions.before_run.get(task.name, ())
        if rank[versions.writers[name]] < i
    ]
    others = [
        Handoff(dataset=name, kind="local", versioned=True, writer=writer, readers=(task.name,))
        for task in tasks
        for name in versions.own.get(task.name, ())
        if (writer := tasks[rank[versions.writers[name]]].name) != task.name
    ]
    findings += _versions(others, settings)
    if findings:
        raise PlanError(*findings)


def _written_since(name: str, writer: str, task: Task, settings: PipelineSettings) -> Finding:
    return Finding(
        what=f"`{task.name}` loads `{name}` as it was before the run, and `{writer}` has written "
        "a new version to the same place by then. Plain `kedro run` would load that.",
        where=settings.place("run_with"),
        remedy="Set `run_with: shipway`, or let these nodes share a task.",
    )


def _versions(handoffs: Sequence[Handoff], settings: PipelineSettings) -> Iterator[Finding]:
    """Each `kedro run` makes a version of its own and reads the latest, whoever wrote it."""
    if settings.runs == 1:
        return
    for handoff in handoffs:
        if handoff.versioned:
            yield Finding(
                what=f"The versioned dataset `{handoff.dataset}` passes from `{handoff.writer}` "
                f"to {', '.join(f'`{reader}`' for reader in handoff.readers)}. Plain `kedro run` "
                "loads the latest version, which may be another run's when two are under way.",
                where=settings.place("run_with"),
                remedy="Set `run_with: shipway`, which gives a run one version; or "
                "`concurrency: {runs: 1}`; or let these nodes share a task.",
            )


def _no_store(settings: PipelineSettings) -> Finding:
    return Finding(
        what="`memory: store` needs a `store`: the folder that all tasks reach.",
        where=settings.place("memory"),
        remedy="Add one, such as `store: s3://bucket/shipway`, or `store: data/store` where tasks "
        "share a disk.",
    )


def _not_stored(settings: PipelineSettings) -> Finding:
    return Finding(
        what="Plain `kedro run` cannot carry datasets in memory from task to task.",
        where=settings.place("memory"),
        remedy="Set `run_with: shipway`, or `memory: fuse`.",
    )
