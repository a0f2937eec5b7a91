"""A plan as DOT, which Graphviz draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.errors import count
from shipway.planner.plan import Task
from shipway.views.changes import Change
from shipway.views.graph import Edge, EdgeKind, View
from shipway.views.namespaces import Namespace, tree_of

_STYLES: dict[EdgeKind, str] = {"memory": "bold", "order": "dashed"}
_COLORS: dict[Change, str] = {"added": "#15803d", "removed": "#b91c1c", "changed": "#b45309"}
_CRITICAL = "#c2410c"


def dot(views: Sequence[View]) -> str:
    """Return a digraph with a cluster for each pipeline, if there are several."""
    lines = [
        "digraph shipway {",
        "  rankdir=LR",
        '  node [shape=box, style=rounded, fontname="Helvetica"]',
    ]
    for index, view in enumerate(views):
        prefix = f"p{index}_" if len(views) > 1 else ""
        body = _cluster(prefix, view.plan.subject, _pipeline(view, prefix))
        lines += [f"  {line}" for line in (body if prefix else _pipeline(view, ""))]
    return "".join(f"{line}\n" for line in [*lines, "}"])


def _cluster(name: str, label: str, body: Iterator[str]) -> Iterator[str]:
    yield f"subgraph cluster_{name} {{"
    yield f"  label={_quoted(label)}"
    yield from (f"  {line}" for line in body)
    yield "}"


def _pipeline(view: View, prefix: str) -> Iterator[str]:
    ids = {task.name: f"{prefix}t{index}" for index, task in enumerate(view.tasks)}
    yield from _namespace(view, tree_of(view.tasks), ids, f"{prefix}n")
    for edge in view.edges:
        yield _edge(view, edge, ids)


def _namespace(view: View, namespace: Namespace, ids: dict[str, str], own: str) -> Iterator[str]:
    for task in namespace.tasks:
        yield f"{ids[task.name]} [{_attributes(_of_task(view, task))}]"
    for index, inner in enumerate(namespace.inner):
        body = _namespace(view, inner, ids, f"{own}{index}_")
        yield from _cluster(f"{own}{index}", inner.name, body)


def _of_task(view: View, task: Task) -> dict[str, str]:
    size = f"\n{count(len(task.nodes), 'node')}" if len(task.nodes) > 1 else ""
    change = view.changes.tasks.get(task.name)
    attributes = {"label": task.name + size}
    if change:
        return {**attributes, "color": _COLORS[change], "penwidth": "2", "tooltip": change}
    if task.name in view.critical_path.tasks:
        return {**attributes, "color": _CRITICAL, "penwidth": "2"}
    return attributes


def _edge(view: View, edge: Edge, ids: dict[str, str]) -> str:
    attributes = {"style": _STYLES.get(edge.kind, "")}
    if edge.datasets:
        attributes["tooltip"] = ", ".join(edge.datasets)
    change = view.changes.edges.get((edge.source, edge.target))
    if change:
        attributes |= {"color": _COLORS[change], "label": change}
    elif (edge.source, edge.target) in view.critical_edges:
        attributes["color"] = _CRITICAL
    text = _attributes({key: value for key, value in attributes.items() if value})
    return f"{ids[edge.source]} -> {ids[edge.target]}" + (f" [{text}]" if text else "")


def _attributes(attributes: dict[str, str]) -> str:
    return ", ".join(f"{key}={_quoted(value)}" for key, value in attributes.items())


def _quoted(text: str) -> str:
    """Graphviz reads escapes and HTML's entities in a label (its manual, "escString")."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\r", " ").replace("\n", "\\n") + '"'
