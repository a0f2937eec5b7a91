"""Which task of the newer artifact is which of the older: by what their nodes compute.

A name can change, and two names can change places, so what a node reads and writes counts first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.readback import TaskContents

Tasks = Mapping[str, TaskContents]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tasks that have nodes in common, before and after.

    One on each side is the same task; one on one side was split or fused; none was added or
    removed.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Node:
    name: str
    task: str
    signature: str | None

    @property
    def outputs(self) -> str:
        """What it writes; empty for a node that writes nothing, or of which no text tells."""
        _, _, rest = (self.signature or "").partition("->")
        return rest.partition("; confirms ")[0].strip()


_Key = Callable[[_Node], Any]
_KEYS: tuple[_Key, ...] = (
    lambda node: node.signature and (node.signature, node.name, node.task),
    lambda node: node.signature and (node.signature, node.name),
    lambda node: node.signature and (node.signature, node.task),
    lambda node: node.signature,
    # Of one pipeline, one node alone writes a dataset (Kedro, `OutputNotUniqueError`).
    lambda node: node.outputs,
    lambda node: (node.name, node.task),
    lambda node: node.name,
)
"""What makes a node the same, the surest first; what is empty makes none."""


def nodes_paired(before: Tasks, after: Tasks) -> list[tuple[str, str]]:
    """Return the nodes that are the same, by their names before and after."""
    return [(one.name, other.name) for one, other in _pairs(before, after)]


def groups(before: Tasks, after: Tasks) -> list[Group]:
    """Return all tasks of both sides, each in one group, in the order of the newer artifact."""
    edges = [(one.task, other.task) for one, other in _pairs(before, after)]
    edges += _without_nodes(before, after, edges)
    result = _connected(before, after, edges)
    order = {name: index for index, name in enumerate(after)}
    return sorted(result, key=lambda g: min((order[n] for n in g.after), default=len(order)))


def _pairs(before: Tasks, after: Tasks) -> list[tuple[_Node, _Node]]:
    old, new = _nodes(before), _nodes(after)
    pairs: list[tuple[_Node, _Node]] = []
    for key in _KEYS:
        matches = _matches(old, new, key)
        pairs += matches
        old = _others(old, (one for one, _ in matches))
        new = _others(new, (other for _, other in matches))
    return pairs


def _nodes(tasks: Tasks) -> list[_Node]:
    return [
        _Node(name=name, task=task, signature=signature)
        for task, contents in sorted(tasks.items())
        for name, signature in sorted(contents.nodes.items())
    ]


def _others(nodes: Iterable[_Node], paired: Iterable[_Node]) -> list[_Node]:
    names = {node.name for node in paired}
    return [node for node in nodes if node.name not in names]


def _matches(old: list[_Node], new: list[_Node], key: _Key) -> list[tuple[_Node, _Node]]:
    """Pair nodes of one key, in the order of their names."""
    by_key: dict[Any, list[_Node]] = {}
    for node in new:
        by_key.setdefault(key(node), []).append(node)
    lists = {value: iter(nodes) for value, nodes in by_key.items() if value}
    pairs = ((node, next(lists.get(key(node), iter(())), None)) for node in old)
    return [(one, other) for one, other in pairs if other]


def _without_nodes(
    before: Tasks, after: Tasks, edges: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Pair tasks whose nodes say nothing: by their name, or as the one that runs no node."""
    paired_before, paired_after = ({edge[side] for edge in edges} for side in (0, 1))
    old = {name: None for name in before if name not in paired_before}
    new = {name: None for name in after if name not in paired_after}
    same = [(name, name) for name in old if name in new]
    cleanups = [
        [n for n in names if not of[n].nodes] for names, of in ((old, before), (new, after))
    ]
    is_clear = all(len(names) == 1 for names in cleanups) and cleanups[0] != cleanups[1]
    return [*same, *([(cleanups[0][0], cleanups[1][0])] if is_clear else [])]


def _connected(before: Tasks, after: Tasks, edges: list[tuple[str, str]]) -> list[Group]:
    """Return the connected parts of a graph whose two sides are the tasks."""
    part: dict[tuple[int, str], set[tuple[int, str]]] = {}
    for side, tasks in enumerate((before, after)):
        part |= {(side, name): {(side, name)} for name in tasks}
    for one, other in edges:
        joined = part[0, one] | part[1, other]
        part.update(dict.fromkeys(joined, joined))
    distinct = {id(members): members for members in part.values()}.values()
    return [
        Group(
            before=tuple(name for name in before if (0, name) in members),
            after=tuple(name for name in after if (1, name) in members),
        )
        for members in distinct
    ]
