"""An older plan, as its JSON has it, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.model import Json, Node
from shipway.planner.plan import Plan, Task, plain
from shipway.tasks.signature import signatures
from shipway.views.changes import Change, Changes
from shipway.views.critical_path import duration
from shipway.views.task_settings import SECONDS

_OF_NODE = ("function", "inputs", "outputs")


@dataclass(frozen=True, kw_only=True)
class OlderTask:
    """A task of the older plan.

    Args:
        nodes: as JSON, by name.
        settings: as JSON, by name.
    """

    name: str
    nodes: Mapping[str, Json]
    needs: tuple[str, ...]
    settings: Mapping[str, Json]


def older_tasks(plan: Json) -> tuple[OlderTask, ...]:
    """Read the tasks of a plan as `shipway plan --format json` writes it.

    Raises:
        KeyError, TypeError: it is no such plan.
    """
    names = {task["name"] for task in plan["tasks"]}
    return tuple(_task(task, names) for task in plan["tasks"])


def _task(task: Json, names: Collection[str]) -> OlderTask:
    needs = tuple(task.get("needs", ()))
    if unknown := set(needs) - set(names):
        raise KeyError(*unknown)
    return OlderTask(
        name=task["name"],
        nodes={node["name"]: node for node in task["nodes"]},
        needs=needs,
        settings=dict(task.get("settings", {})),
    )


def changes_since(older: Sequence[OlderTask], plan: Plan) -> Changes:
    """Return what has changed; a task with the same nodes is the same, whatever it is called.

    A node is known by what it reads and writes, as `shipway diff` knows it, and then by its name.
    """
    older_name = _older_names(older, plan)
    before = _matches(older, plan, older_name)
    names = _names(older, plan, before)
    gone = [task for task in older if task.name not in {o.name for o in before.values()}]
    details = {
        t.name: tuple(_details(before[t.name], t, older_name))
        for t in plan.tasks
        if t.name in before
    }
    tasks: dict[str, Change] = {t.name: "added" for t in plan.tasks if t.name not in before}
    tasks |= {name: "changed" for name, what in details.items() if what}
    tasks |= {names[task.name]: "removed" for task in gone}
    return Changes(
        tasks=tasks,
        edges=dict(_edges(older, plan, names)),
        details={name: what for name, what in details.items() if what},
        removed=tuple(_removed(task, names) for task in gone),
    )


def _older_names(older: Sequence[OlderTask], plan: Plan) -> dict[str, str]:
    """What each node that there was already was called, by its name today."""
    # Only a comparison needs them, and every `shipway plan` would wait for their imports.
    from shipway.artifacts.readback import TaskContents
    from shipway.comparison.pairing import nodes_paired

    def contents(nodes: Iterable[Node]) -> TaskContents:
        return TaskContents(nodes=signatures(nodes), needs=frozenset())

    before = {task.name: contents(map(_node, task.nodes.values())) for task in older}
    after = {task.name: contents(task.nodes) for task in plan.tasks}
    return {new: old for old, new in nodes_paired(before, after)}


def _matches(
    older: Sequence[OlderTask], plan: Plan, older_name: Mapping[str, str]
) -> dict[str, OlderTask]:
    by_nodes = {frozenset(task.nodes): task for task in older}
    by_name = {task.name: task for task in older}
    before: dict[str, OlderTask] = {}
    for task in plan.tasks:
        same = by_nodes.get(frozenset(older_name.get(node.name, "") for node in task.nodes))
        if same:
            before[task.name] = same
    taken = {task.name for task in before.values()}
    for task in plan.tasks:
        if task.name not in before and task.name in by_name and task.name not in taken:
            before[task.name] = by_name[task.name]
    return before


def _names(
    older: Sequence[OlderTask], plan: Plan, before: Mapping[str, OlderTask]
) -> dict[str, str]:
    """The names of older tasks today; one that is gone has a name that no other task has."""
    names = {task.name: name for name, task in before.items()}
    for task in older:
        if task.name not in names:
            name = task.name
            while name in plan.task_by_name:
                name += " (removed)"
            names[task.name] = name
    return names


def _edges(
    older: Sequence[OlderTask], plan: Plan, names: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], Change]]:
    known = {(names[need], names[task.name]) for task in older for need in task.needs}
    now = {(need, task.name) for task in plan.tasks for need in task.needs}
    for edge in sorted(now ^ known):
        yield edge, "added" if edge in now else "removed"


def _details(before: OlderTask, task: Task, older_name: Mapping[str, str]) -> Iterator[str]:
    if before.name != task.name:
        yield f"it was called `{before.name}`"
    nodes = {node.name: plain(node) for node in task.nodes}
    same = {name: older_name[name] for name in nodes if older_name.get(name) in before.nodes}
    yield from (f"the node `{name}` is new" for name in nodes if name not in same)
    yield from (f"the node `{name}` is gone" for name in before.nodes if name not in same.values())
    for name, old_name in same.items():
        # Where a task is one node, its own new name says as much.
        if old_name != name and (len(nodes) > 1 or before.name == task.name):
            yield f"the node `{name}` was called `{old_name}`"
        yield from _differences(f"`{name}` {{}}", _OF_NODE, before.nodes[old_name], nodes[name])
    settings = plain(task.settings)
    keys = sorted(settings.keys() | before.settings.keys())
    yield from _differences("{}", keys, before.settings, settings)


def _differences(
    of: str, keys: Sequence[str], old: Mapping[str, Json], new: Mapping[str, Json]
) -> Iterator[str]:
    for key in keys:
        if old.get(key) != new.get(key):
            yield f"{of.format(key)}: {_text(key, old.get(key))} → {_text(key, new.get(key))}"


def _text(key: str, value: Any) -> str:
    if value is None:
        return "not set"
    if key in SECONDS and isinstance(value, float):
        return duration(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _removed(task: OlderTask, names: Mapping[str, str]) -> Task:
    nodes = tuple(map(_node, task.nodes.values()))
    namespaces = {node.namespace for node in nodes}
    return Task(
        name=names[task.name],
        label=task.name,
        nodes=nodes,
        pipeline="",
        needs=tuple(names[need] for need in task.needs),
        namespace=namespaces.pop() if len(namespaces) == 1 else None,
    )


def _node(node: Json) -> Node:
    return Node(
        name=node["name"],
        inputs=tuple(node.get("inputs", ())),
        outputs=tuple(node.get("outputs", ())),
        confirms=tuple(node.get("confirms", ())),
        namespace=node.get("namespace"),
        function=node.get("function", ""),
    )
