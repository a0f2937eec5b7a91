"""An older plan, as its JSON has it, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.readback import TaskContents
from shipway.comparison.pairing import groups, nodes_paired
from shipway.model import Json, Node
from shipway.planner.plan import Plan, Task, plain
from shipway.tasks.signature import signature
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
    contents: TaskContents
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
    nodes = {node["name"]: node for node in task["nodes"]}
    signatures = {name: signature(_node(name, node)) for name, node in nodes.items()}
    return OlderTask(
        name=task["name"],
        nodes=nodes,
        contents=TaskContents(nodes=signatures, needs=frozenset(needs)),
        needs=needs,
        settings=dict(task.get("settings", {})),
    )


def changes_since(older: Sequence[OlderTask], plan: Plan) -> Changes:
    """Return what has changed; a task whose nodes compute the same is the same one."""
    old, new = {task.name: task.contents for task in older}, _contents(plan)
    before = _matches(older, old, new)
    renamed = {other: one for one, other in nodes_paired(old, new) if one != other}
    names = _names(older, plan, before)
    gone = [task for task in older if task.name not in {o.name for o in before.values()}]
    details = {
        t.name: tuple(_details(before[t.name], t, renamed)) for t in plan.tasks if t.name in before
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


def _matches(
    older: Sequence[OlderTask], old: Mapping[str, TaskContents], new: Mapping[str, TaskContents]
) -> dict[str, OlderTask]:
    """Return what each task was: also where it is called otherwise, as `shipway diff` tells it."""
    by_name = {task.name: task for task in older}
    before: dict[str, OlderTask] = {}
    for group in groups(old, new):
        if len(group.before) == len(group.after) == 1:
            before[group.after[0]] = by_name[group.before[0]]
        else:  # of a task that was split, one may keep its name
            before |= {name: by_name[name] for name in group.after if name in group.before}
    return before


def _contents(plan: Plan) -> dict[str, TaskContents]:
    return {
        task.name: TaskContents(
            nodes={node.name: signature(node) for node in task.nodes}, needs=frozenset(task.needs)
        )
        for task in plan.tasks
    }


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


def _details(before: OlderTask, task: Task, renamed: Mapping[str, str]) -> Iterator[str]:
    """Yield what differs in a task.

    Args:
        renamed: nodes that have another name now, with what they were called.
    """
    if before.name != task.name:
        yield f"it was called `{before.name}`"
    nodes = {node.name: plain(node) for node in task.nodes}
    old_names = {name: old for name in nodes if (old := renamed.get(name, name)) in before.nodes}
    yield from (f"the node `{name}` is new" for name in nodes if name not in old_names)
    gone = [name for name in before.nodes if name not in old_names.values()]
    yield from (f"the node `{name}` is gone" for name in gone)
    # A task of one node is called after it: that both have another name is told once.
    is_told = before.name != task.name and len(nodes) == len(before.nodes) == 1
    for name, old_name in old_names.items():
        if name != old_name and not is_told:
            yield f"the node `{name}` was called `{old_name}`"
        old, new = before.nodes[old_name], nodes[name]
        yield from _differences(f"`{name}` {{}}", _OF_NODE, old, new)
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
    nodes = tuple(_node(name, node) for name, node in task.nodes.items())
    namespaces = {node.namespace for node in nodes}
    return Task(
        name=names[task.name],
        label=task.name,
        nodes=nodes,
        pipeline="",
        needs=tuple(names[need] for need in task.needs),
        namespace=namespaces.pop() if len(namespaces) == 1 else None,
    )


def _node(name: str, node: Mapping[str, Any]) -> Node:
    return Node(
        name=name,
        inputs=tuple(node.get("inputs", ())),
        outputs=tuple(node.get("outputs", ())),
        confirms=tuple(node.get("confirms", ())),
        namespace=node.get("namespace"),
        function=node.get("function", ""),
    )
