"""What an artifact says of itself to its readers, the same on every target."""

from __future__ import annotations

import re
import shlex

from shipway.errors import count
from shipway.model import Parameter
from shipway.planner.plan import Plan, Task

_SUMMARY = re.compile(
    r"(Job `.*`: |Jobs of the )?Kedro pipeline `.*` of the project `.*`: "
    r"\d+ nodes? in \d+ tasks?\.",
    re.DOTALL,
)


def title(plan: Plan) -> str:
    """Return what stands first in a file."""
    return f"{_start(plan, plan.job)}Kedro pipeline {plan.pipeline} of {plan.project}."


def summary(plan: Plan) -> str:
    """Return what a pipeline is, when the settings do not describe it."""
    nodes = count(sum(len(task.nodes) for task in plan.tasks), "node")
    tasks = count(len(plan.tasks), "task")
    start = _start(plan, f"`{plan.job}`")
    start += f"Kedro pipeline `{plan.pipeline}` of the project `{plan.project}`"
    return f"{start}: {nodes} in {tasks}."


def _start(plan: Plan, job: str | None) -> str:
    if plan.jobs:
        return "Jobs of the "
    return f"Job {job}: " if plan.job else ""


def is_summary(text: str) -> bool:
    """Tell whether a text is the summary of some plan, of whatever size."""
    return bool(_SUMMARY.fullmatch(text.strip()))


def task_doc(task: Task) -> str | None:
    """Return what the nodes' docstrings say, as Markdown."""
    if len(task.nodes) == 1:
        return task.nodes[0].doc
    return "\n".join(f"- `{n.name}`" + (f": {n.doc}" if n.doc else "") for n in task.nodes)


def export_command(plan: Plan, target: str) -> str:
    """Return the command that makes the artifact again."""
    return shlex.join(("shipway", "export", target, *plan.how))


def unless_set(parameter: Parameter) -> str:
    """Return where a value comes from that the configuration makes, for who fills in a form."""
    return f"Unless set: {parameter.source}"
