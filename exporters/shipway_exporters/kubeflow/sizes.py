"""How much a cluster takes: one argument of a process, and one workflow in its store.

The server hands parts of a spec to its driver and its launcher as JSON, one argument each: a DAG
with all its tasks, a container with its own arguments, the values of all inputs of a task (KFP
2.17, `argocompiler/{dag,container}.go`, `driver/driver.go`). Argo 4.1 gives the driver a DAG as a
file, and KFP 2.17 brings Argo 4.0 (kubeflow/pipelines#12453, argoproj/argo-workflows#15265).

A workflow holds the spec; `containers.workflow_size` says how large it may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.model import Json
from shipway.planner.plan import Plan, Task
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers.go_json import compact, size_of
from shipway_exporters.containers.workflow_size import (
    FEWER_INPUTS,
    FEWER_TASKS,
    workflow_faults,
    workflow_notes,
)
from shipway_exporters.kubeflow.containers import TARGET

_FEWER_NODES = "Let fewer nodes share it: see `group_by`, or `groups`."
_ARGO = "If the cluster has Argo 4.1, which hands it over as a file, set `argo: '4.1'`."


def _stored_size(value: Json) -> int:
    """Return how many bytes a part of the spec has in the workflow, which holds it as a text."""
    # As a text within JSON, each quote and each backslash gets a backslash of its own.
    return size_of(value) + sum(map(compact(value).count, '"\\'))


def check_sizes(
    plan: Plan, document: Mapping[str, Mapping[str, Any]], tasks: Mapping[str, Task]
) -> Sequence[str]:
    """Check what a spec comes to on a cluster.

    Args:
        document: its parts, as `Spec` makes them.
        tasks: the tasks that run nodes, by the label of their executor.

    Returns:
        What to note of it.

    Raises:
        UnsupportedError: a process could not be started, or the workflow not be stored.
    """
    size = _workflow_size(document)
    findings = [
        *_containers(document, tasks),
        *_inputs(plan, document),
        *(_dags(plan, document) if plan.options.get("argo") != "4.1" else ()),
        *workflow_faults(plan, TARGET, size),
    ]
    if findings:
        raise UnsupportedError(*findings)
    return workflow_notes(plan, size)


def _components(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"root": document["root"], **document["components"]}


def _containers(
    document: Mapping[str, Mapping[str, Any]], tasks: Mapping[str, Task]
) -> Iterator[Finding]:
    for label, task in tasks.items():
        size = size_of(document["executors"][label]["container"])
        what = f"The container of {count(len(task.nodes), 'node')}"
        yield from _argument(size, what, f"the task `{task.label}`", _FEWER_NODES)


def _inputs(plan: Plan, document: Mapping[str, Any]) -> Iterator[Finding]:
    """The values are those of the defaults; a run that sets longer ones fails by itself."""
    inputs = document["root"].get("inputDefinitions", {}).get("parameters", {})
    sizes = {
        name: size_of({name: definition["defaultValue"]}) for name, definition in inputs.items()
    }
    where = plan.run.places.get("parameters", "parameters, which is not set")
    # Most pipelines end here: no task can be given more than all inputs together.
    if sum(sizes.values()) <= LONGEST_ARGUMENT:
        return
    for name, task in _tasks(document):
        bindings = task.get("inputs", {}).get("parameters", {}).values()
        size = sum(
            sizes.get(definition.get("componentInputParameter"), 0) for definition in bindings
        )
        what = f"What the task `{name}` is given for its parameters"
        yield from _argument(size, what, where, FEWER_INPUTS)


def _dags(plan: Plan, document: Mapping[str, Any]) -> Iterator[Finding]:
    for component in _components(document).values():
        if tasks := component.get("dag", {}).get("tasks"):
            what = f"A DAG of {count(len(tasks), 'task')}"
            where, remedy = f"the pipeline `{plan.pipeline}`", f"{FEWER_TASKS} {_ARGO}"
            yield from _argument(size_of(component), what, where, remedy)


def _tasks(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for component in _components(document).values():
        yield from component.get("dag", {}).get("tasks", {}).items()


def _argument(size: int, what: str, where: str, remedy: str) -> Iterator[Finding]:
    if size > LONGEST_ARGUMENT:
        yield Finding(
            what=f"{what} takes {size:,} bytes, which the server hands over as one argument; Linux "
            f"takes {LONGEST_ARGUMENT:,}.",
            where=where,
            remedy=remedy,
        )


def _workflow_size(document: Mapping[str, Any]) -> int:
    """The server stores each part once, and each task in a template besides."""
    parts = [*_components(document).values(), *document["executors"].values()]
    # At least: what Argo adds of its own differs by release, and is not counted.
    parts += [document["platform"], *(task for _, task in _tasks(document))]
    return sum(map(_stored_size, parts))
