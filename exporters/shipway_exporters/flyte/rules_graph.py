"""Rules for the nodes of a workflow, and for what waits for what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from shipway.artifacts.python_literals import Code
from shipway_exporters.flyte.names import START, TASKS
from shipway_exporters.flyte.parsed import Module, Node
from shipway_exporters.flyte.rules_tasks import Fault

_ID = re.compile(r"[a-z]([-a-z0-9]{0,60}[a-z0-9])?")
"""A DNS label, of which flytekit makes no other: `flytekit.core.utils`, _dnsify."""


def graph_faults(module: Module) -> Iterator[Fault]:
    """Yield what is wrong with the nodes and with their edges."""
    counts = Counter(str(node.id) for node in module.nodes)
    inputs = {"run", *module.defaults}
    for node in module.nodes:
        yield from ((node.line, text) for text in _node(module, node, counts, inputs))
    line = module.workflow.lineno
    for function in sorted(module.tasks.keys() - {node.function for node in module.nodes}):
        yield line, f"No node runs the task `{function}`."
    yield from _edges(module)


def _node(
    module: Module, node: Node, counts: Counter[str], inputs: Collection[str]
) -> Iterator[str]:
    name = str(node.id)
    if not _ID.fullmatch(name) or name in TASKS.reserved - {START}:
        yield f"`{name}` is no name of a node."
    if counts[name] > 1:
        yield f"Two nodes are called `{name}`."
    for override in sorted(node.overrides.keys() - {"node_name"}):
        yield f"`{override}` of the node `{name}` is not read back."
    task = module.tasks.get(node.function)
    if task is None:
        yield f"There is no task `{node.function}`."
        return
    if task.call and task.call.args[:1] != (name,):
        yield f"The node `{name}` runs the task `{node.function}`, which has another name."
    for key in sorted(task.inputs.keys() ^ node.inputs.keys()):
        yield f"The node `{name}` and its task differ in the input `{key}`."
    for key, value in node.inputs.items():
        if not isinstance(value, Code) or value.source not in inputs:
            yield f"The input `{key}` of the node `{name}` is none of the workflow."


def _edges(module: Module) -> Iterator[Fault]:
    variables = {node.variable for node in module.nodes if node.variable}
    graph: dict[str, set[str]] = {}
    for one, other, line in module.edges:
        for name in {one, other} - variables:
            yield line, f"There is no node `{name}`."
        graph.setdefault(other, set()).add(one)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        names = ", ".join(error.args[1])
        yield module.workflow.lineno, f"These wait for each other: {names}."
