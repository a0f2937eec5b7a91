"""The body of a workflow: a node for each task, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipway.artifacts.python_literals import WIDTH, Call, Code, literal
from shipway.planner.plan import Plan, Task
from shipway_exporters.flyte.inputs import Input
from shipway_exporters.flyte.names import variable

_OVERRIDE = ".with_overrides"


def edges(plan: Plan, functions: Mapping[str, str]) -> list[str]:
    """Return the statements that say what waits for what."""
    return [
        f"{variable(functions[one])} >> {variable(functions[other])}" for one, other in _pairs(plan)
    ]


def nodes(
    plan: Plan, functions: Mapping[str, str], inputs: Mapping[str, Sequence[Input]]
) -> Iterator[str]:
    """Yield the statements that make the nodes, in the plan's order.

    Args:
        inputs: of each task.
    """
    in_edges = {name for pair in _pairs(plan) for name in pair}
    names = [task.name for task in plan.tasks] + ([plan.cleanup] if plan.cleanup else [])
    for name in names:
        pairs = [(item.name, Code(item.name)) for item in inputs.get(name, ())]
        head = f"{variable(functions[name])} = " if name in in_edges else ""
        call = Call(functions[name], (), (("run", Code("run")), *pairs))
        yield _node(call, name, head)


def inputs_of_task(task: Task, inputs: Mapping[str, Input]) -> list[Input]:
    """Return the inputs that can change what a task's nodes see."""
    return [inputs[name] for name in task.parameters if name in inputs]


def _pairs(plan: Plan) -> list[tuple[str, str]]:
    pairs = [(before, task.name) for task in plan.tasks for before in task.needs]
    last = plan.last if plan.cleanup else ()
    return [*pairs, *((name, str(plan.cleanup)) for name in last)]


def _node(call: Call, name: str, head: str) -> str:
    """Return a node as `ruff format` would leave it."""
    for start, indent, end in ((head, 4, ""), (f"{head}(\n{8 * ' '}", 8, "\n    )")):
        before = indent + len(head if indent == 4 else "")
        text = _chain(call, name, indent, before)
        if before + len(text.partition("\n")[0]) <= WIDTH or indent == 8:
            return f"{start}{text}{end}"
    raise AssertionError(name)


def _chain(call: Call, name: str, indent: int, before: int) -> str:
    inner = literal(call, indent, before, len(_OVERRIDE) + 1)
    if "\n" in inner:
        return f'{inner}{_OVERRIDE}(node_name="{name}")'
    override = Call(f"{inner}{_OVERRIDE}", (), (("node_name", name),))
    return literal(override, indent, before, 0)
