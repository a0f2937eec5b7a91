"""Rules of references, and of the order of tasks."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shipway.schemas.document import mapping, sequence, text, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway_exporters.kubeflow.rules_view import Rule, Task, View, container_keys

_STRATEGIES = ("ALL_UPSTREAM_TASKS_SUCCEEDED", "ALL_UPSTREAM_TASKS_COMPLETED")


def implementations(view: View) -> Iterator[Problem]:
    """`compiler/visitor.go`, dfs: a component is a DAG or has an executor that exists."""
    for component in view.dags:
        if not component.executor and not component.tasks:
            yield Problem(component.keys, "This has no executor, and no tasks either.")
        elif component.executor and "dag" in component.spec:
            yield Problem(component.keys, "This has an executor and tasks, and can have but one.")
        elif component.executor and component.executor not in view.containers:
            keys = (*component.keys, "executorLabel")
            yield Problem(keys, f"There is no executor `{component.executor}`.")


def component_refs(view: View) -> Iterator[Problem]:
    """`compiler/visitor.go`, dfs: cannot find component ref."""
    for task in view.tasks:
        if task.component is None:
            name = value_at(task.spec, "componentRef", "name")
            yield Problem((*task.keys, "componentRef", "name"), f"There is no component `{name}`.")


def orphans(view: View) -> Iterator[Problem]:
    """Nothing refers to these, so a server would drop them: their author meant something else."""
    references = {text(value_at(task.spec, "componentRef", "name")) for task in view.tasks}
    for name, component in view.components.items():
        if name not in references:
            yield Problem(component.keys, "No task is of this component.")
    for label in view.containers:
        if not view.users(label):
            yield Problem(("deploymentSpec", "executors", label), "No component has this executor.")


def upstream_tasks(view: View) -> Iterator[Problem]:
    """`argocompiler/dag.go`, depends: names of tasks of the same Argo template, each once."""
    for task in view.tasks:
        names: set[str] = set()
        for index, name in enumerate(map(text, sequence(task.spec.get("dependentTasks")))):
            if what := _bad_upstream(task, name, names):
                yield Problem((*task.keys, "dependentTasks", index), what)
            names.add(name)
        for keys, name in _producers(task):
            if name not in task.parent.tasks:
                yield Problem(keys, f"There is no task `{name}` here.")


def _bad_upstream(task: Task, name: str, names: set[str]) -> str | None:
    if name == task.name:
        return "The task would wait for itself."
    if name in names:
        return f"The task `{name}` is named twice."
    return None if name in task.parent.tasks else f"There is no task `{name}` here."


def _producers(task: Task) -> Iterator[tuple[DocumentPath, str]]:
    for name, binding in task.bindings.items():
        for kind in ("taskOutputParameter", "taskFinalStatus"):
            if kind in mapping(binding):
                keys = (*task.keys, "inputs", "parameters", name, kind, "producerTask")
                yield keys, text(value_at(binding, kind, "producerTask"))


def cycles(view: View) -> Iterator[Problem]:
    """Argo's `workflow/validate`, within a DAG; `compiler/visitor.go`, dfs, finds no recursion."""
    waits: dict[DocumentPath, dict[str, list[str]]] = defaultdict(dict)
    for task in view.tasks:
        producers = [name for _, name in _producers(task)]
        waits[task.parent.keys][task.name] = [*task.after, *producers]
    for keys, edges in waits.items():
        for name in _circular(edges):
            yield Problem((*keys, "dag", "tasks", name), "The task waits for itself in the end.")
    # Two graphs: tasks that wait for each other, and components that hold each other.
    inside: dict[str, list[str]] = defaultdict(list)
    for task in view.tasks:
        inside[str(task.parent.keys[-1])].append(text(value_at(task.spec, "componentRef", "name")))
    for name in _circular(inside):
        yield Problem(("components", name), "The component holds itself in the end.")


def _circular(edges: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield what can be reached from itself: that nothing can is told in one pass."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        yield from _reach_themselves(edges)


def _reach_themselves(edges: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for start in edges:
        visits: set[str] = set()
        left = list(edges[start])
        while left:
            name = left.pop()
            if name not in visits:
                visits.add(name)
                left.extend(edges.get(name, ()))
        if start in visits:
            yield start


def exit_tasks(view: View) -> Iterator[Problem]:
    """`argocompiler/dag.go`, DAG: an exit task is a hook of its one upstream task."""
    exit_counts: Counter[tuple[DocumentPath, str]] = Counter()
    for task in view.tasks:
        if not task.is_exit:
            continue
        keys = (*task.keys, "dependentTasks")
        if len(task.after) != 1:
            yield Problem(keys, "A task that runs last needs one upstream task, and no more.")
        for name in task.after:
            exit_counts[task.parent.keys, name] += 1
            if exit_counts[task.parent.keys, name] > 1:
                yield Problem(keys, f"Another task runs last after `{name}`: the server drops one.")


def exits_end_it(view: View) -> Iterator[Problem]:
    """`argocompiler/dag.go`, DAG: a hook is no task of Argo's, so that nothing can wait for it."""
    exits = {(task.parent.keys, task.name) for task in view.tasks if task.is_exit}
    for task in view.tasks:
        for name in task.after:
            if (task.parent.keys, name) in exits:
                what = f"The task `{name}` runs last: nothing can wait for it."
                yield Problem((*task.keys, "dependentTasks"), what)
    for parent in view.dags:
        if parent.tasks and all((parent.keys, name) in exits for name in parent.tasks):
            yield Problem(
                (*parent.keys, "dag", "tasks"), "Nothing but tasks that run last is here."
            )


def strategies(view: View) -> Iterator[Problem]:
    """`api/v2alpha1/pipeline_spec.proto`, TriggerStrategy."""
    for task in view.tasks:
        strategy = value_at(task.spec, "triggerPolicy", "strategy")
        if strategy is not None and strategy not in _STRATEGIES:
            yield Problem(
                (*task.keys, "triggerPolicy", "strategy"), f"The server knows no `{strategy}`."
            )


def collisions(view: View) -> Iterator[Problem]:
    """`argocompiler/argo.go`, hashComponentContainer: the first of equal containers is kept."""
    names: dict[str, str] = {}
    for component in view.components.values():
        if component.executor not in view.containers:
            continue
        container = _stable(view.containers[component.executor])
        definitions = _stable(
            [component.spec.get(f"{way}Definitions") for way in ("input", "output")]
        )
        if names.setdefault(container, definitions) != definitions:
            what = "A component of other inputs has the same container: the server mixes them up."
            yield Problem(container_keys(component.executor), what)


def _stable(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


RULES: tuple[Rule, ...] = (
    implementations,
    component_refs,
    orphans,
    upstream_tasks,
    cycles,
    exit_tasks,
    exits_end_it,
    strategies,
    collisions,
)
