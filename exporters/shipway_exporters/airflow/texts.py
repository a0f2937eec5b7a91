"""Texts of a DAG file that people read."""

from __future__ import annotations

import shlex

from shipway.errors import count
from shipway.planner.plan import Plan, Task


def summary(plan: Plan) -> str:
    """Return what a DAG says of itself when the settings say nothing."""
    nodes = count(sum(len(task.nodes) for task in plan.tasks), "node")
    tasks = count(len(plan.tasks), "task")
    start = f"Kedro pipeline `{plan.pipeline}` of the project `{plan.project}`"
    return f"{start}: {nodes} in {tasks}."


def task_doc(task: Task) -> str | None:
    """Return what the nodes' docstrings say, as Markdown."""
    if len(task.nodes) == 1:
        return task.nodes[0].doc
    return "\n".join(f"- `{n.name}`" + (f": {n.doc}" if n.doc else "") for n in task.nodes)


def markdown(text: str) -> str:
    """Return `text` so that Airflow does not take it for the name of a file, ending in `.md`."""
    return f"{text}\n" if text.endswith(".md") else text


def command(plan: Plan) -> str:
    """Return the command that makes the file again."""
    return " ".join(map(shlex.quote, ("shipway", "export", "airflow", *plan.how)))
