"""What the page is told of a plan, as JSON values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shipway.model import Dataset, Node, Parameter, bare
from shipway.planner.plan import Task
from shipway.views.graph import Edge, View
from shipway.views.reasons import Reason, reasons_of
from shipway.views.run_settings import run_settings_rows
from shipway.views.task_settings import settings_rows, shared_rows
from shipway.views.words import notes_of


def page_data(view: View) -> dict[str, Any]:
    """Return all that the page shows of one plan."""
    plan, path = view.plan, view.critical_path
    layer_of = {t.name: level for level, layer in enumerate(view.layers, 1) for t in layer}
    return {
        "project": plan.project,
        "title": plan.title,
        "pipeline": plan.subject,
        "layers": view.depth,
        "tasks": [_task(view, task, layer_of[task.name]) for task in view.tasks],
        "edges": [_edge(view, edge) for edge in view.edges],
        "datasets": list(_datasets(view)),
        "parameters": {parameter.name: _default(parameter) for parameter in plan.parameters},
        "critical_path": {"text": str(path), "tasks": list(path.tasks)},
        "reasons": [_reason(reason) for reason in reasons_of(plan.tasks)],
        "run": [asdict(row) for row in run_settings_rows(plan.run)],
        "shared": [asdict(row) for row in shared_rows(plan.tasks)],
        "notes": list(notes_of(view)),
    }


def _task(view: View, task: Task, layer: int) -> dict[str, Any]:
    return {
        "name": task.name,
        "namespace": task.namespace,
        "layer": layer,
        "nodes": [_node(node) for node in task.nodes],
        "reason": task.reason,
        "settings": [asdict(row) for row in settings_rows(task.settings)],
        "parameters": list(task.parameters),
        "critical": task.name in view.critical_path.tasks,
        "change": view.changes.tasks.get(task.name),
        "changes": list(view.changes.details.get(task.name, ())),
    }


def _default(parameter: Parameter) -> str:
    """What it has where a run sets nothing: a value, or what gives it one."""
    return parameter.source or json.dumps(parameter.value, ensure_ascii=False)


def _node(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "function": node.function,
        "origin": str(node.origin) if node.origin else None,
        "doc": node.doc,
        "inputs": list(node.inputs),
        "outputs": list(node.outputs),
        "tags": list(node.tags),
    }


def _edge(view: View, edge: Edge) -> dict[str, Any]:
    ends = (edge.source, edge.target)
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "datasets": list(edge.datasets),
        "critical": ends in view.critical_edges,
        "change": view.changes.edges.get(ends),
    }


def _datasets(view: View) -> Iterator[dict[str, Any]]:
    writers, readers = _writers(view.plan.tasks), _readers(view.plan.tasks)
    for name, dataset in sorted(view.datasets.items()):
        yield _dataset(name, dataset, writers.get(name), readers.get(name, []))


def _dataset(
    name: str, dataset: Dataset, writer: str | None, readers: Sequence[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": dataset.kind,
        "type": dataset.type,
        "location": dataset.location or dataset.table,
        "versioned": dataset.versioned,
        "writer": writer,
        "readers": list(readers),
    }


def _writers(tasks: Sequence[Task]) -> Mapping[str, str]:
    return {bare(name): t.name for t in tasks for node in t.nodes for name in node.outputs}


def _readers(tasks: Sequence[Task]) -> Mapping[str, list[str]]:
    readers: dict[str, list[str]] = {}
    for task in tasks:
        names = {bare(name) for node in task.nodes for name in node.datasets_in}
        for name in names:
            readers.setdefault(name, []).append(task.name)
    return readers


def _reason(reason: Reason) -> dict[str, Any]:
    tasks = [{"task": task, "names": list(names)} for task, names in reason.tasks.items()]
    return {"text": reason.text, "tasks": tasks}
