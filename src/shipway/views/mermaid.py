"""A plan as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipway.errors import count
from shipway.planner.plan import Task
from shipway.views.graph import Edge, EdgeKind, View
from shipway.views.namespaces import Namespace, tree_of

# Mermaid reads markup, entities and Markdown in a label; `#92;` is a character by its number
# (Mermaid, "Flowcharts - Entity codes to escape characters").
_PLAIN = re.compile(r"[^\w .,:/()+=-]")
_EDGE = re.compile(r" *\w+ (?:-->|==>|-\.->)")
_ARROWS: dict[EdgeKind, str] = {"memory": "==>", "order": "-.->"}
_CLASSES = (
    "classDef critical stroke:#c2410c,stroke-width:3px",
    "classDef added fill:#bbf7d0,stroke:#15803d,color:#052e16",
    "classDef removed fill:#fecaca,stroke:#b91c1c,color:#450a0a,stroke-dasharray:4 3",
    "classDef changed fill:#fde68a,stroke:#b45309,color:#451a03",
)


def mermaid(views: Sequence[View]) -> str:
    """Return a flowchart with a subgraph for each pipeline, if there are several."""
    lines = ["flowchart LR"]
    for index, view in enumerate(views):
        prefix = f"p{index}" if len(views) > 1 else ""
        lines += _framed(view, prefix) if prefix else [f"  {line}" for line in _pipeline(view, "")]
    used = [line for line in _CLASSES if any(f":::{line.split()[1]}" in row for row in lines)]
    return "".join(f"{line}\n" for line in [*lines, *(f"  {line}" for line in used)])


def beyond_renderers(text: str) -> Iterator[str]:
    """Yield what of a flowchart those do not draw that keep to Mermaid's defaults.

    GitHub does. Source: Mermaid Config Schema, `maxEdges` and `maxTextSize`.
    """
    edges = sum(bool(_EDGE.match(line)) for line in text.splitlines())
    for size, most, what, option in (
        (edges, 500, "edges", "maxEdges"),
        (len(text), 50_000, "characters", "maxTextSize"),
    ):
        if size > most:
            yield (
                f"The flowchart has {size} {what}. Mermaid draws {most}, unless its `{option}` is "
                "larger; --format html and dot have no limit."
            )


def _framed(view: View, prefix: str) -> Iterator[str]:
    yield f"  subgraph {prefix}[{_label(view.plan.subject)}]"
    yield from (f"    {line}" for line in _pipeline(view, prefix))
    yield "  end"


def _pipeline(view: View, prefix: str) -> Iterator[str]:
    # Numbers, since a name may hold what Mermaid reads as its own, such as `end`.
    ids = {task.name: f"{prefix}t{index}" for index, task in enumerate(view.tasks)}
    yield from _namespace(view, tree_of(view.tasks), ids, f"{prefix}n")
    for edge in view.edges:
        yield _edge(view, edge, ids)


def _namespace(view: View, namespace: Namespace, ids: dict[str, str], own: str) -> Iterator[str]:
    for task in namespace.tasks:
        yield f"{ids[task.name]}[{_task_label(task)}]{_class(view, task)}"
    for index, inner in enumerate(namespace.inner):
        yield f"subgraph {own}{index}[{_label(inner.name)}]"
        yield from (f"  {line}" for line in _namespace(view, inner, ids, f"{own}{index}_"))
        yield "end"


def _class(view: View, task: Task) -> str:
    change = view.changes.tasks.get(task.name)
    is_critical = task.name in view.critical_path.tasks
    return f":::{change}" if change else ":::critical" if is_critical else ""


def _edge(view: View, edge: Edge, ids: dict[str, str]) -> str:
    change = view.changes.edges.get((edge.source, edge.target))
    label = f"|{_label(change)}|" if change else ""
    arrow = _ARROWS.get(edge.kind, "-->")
    return f"{ids[edge.source]} {arrow}{label} {ids[edge.target]}"


def _task_label(task: Task) -> str:
    if len(task.nodes) == 1:
        return _label(task.name)
    return f'"{_escaped(task.name)}<br/>{count(len(task.nodes), "node")}"'


def _label(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _PLAIN.sub(lambda match: f"#{ord(match[0])};", text)
