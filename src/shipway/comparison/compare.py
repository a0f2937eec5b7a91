"""What an artifact says otherwise than another: tasks, edges, parameters and settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from shipway.artifacts.readback import Contents, TaskContents
from shipway.comparison.changes import Change, Kind
from shipway.comparison.pairing import Group, groups, nodes_paired
from shipway.comparison.rank import kind_of_setting, ranked
from shipway.comparison.values import settings_of, shown
from shipway.comparison.words import type_of
from shipway.model import Json

_OF_NODES = frozenset({"inputs", "pipeline", "digest", "from_run", "before_run", "stored"})
"""What a task is told because of the nodes that it runs: with other nodes, it is another."""

_OF_PARAMETERS = "constants."
"""Settings whose values are parameters': `null` is one of them, and not nothing."""

_Place = tuple[str, str | None]
"""The task and the signature of a node."""


def compare(before: Contents | None, after: Contents | None) -> tuple[Change, ...]:
    """Return the changes from one artifact to another by rank; nothing from one to itself.

    Args:
        before: `None` where there was none.
        after: `None` where there is none any more.
    """
    if before is None or after is None:
        return tuple(_whole(before, after))
    parts = groups(before.tasks, after.tasks)
    changes = [
        *_renamed(before, after),
        *(change for group in parts for change in _group(group, before, after)),
        *_nodes(before, after, parts),
        *_edges(before, after, parts),
        *_parameters(before.parameters, after.parameters),
        *_settings(settings_of(before.run), settings_of(after.run)),
        *(change for group in parts for change in _tasks(group, before, after)),
    ]
    return ranked(changes, tuple(after.tasks))


def _whole(before: Contents | None, after: Contents | None) -> Iterator[Change]:
    if before:
        yield Change(kind="pipeline-removed", name=before.name, before=sorted(before.tasks))
    if after:
        yield Change(kind="pipeline-added", name=after.name, after=sorted(after.tasks))


def _renamed(before: Contents, after: Contents) -> Iterator[Change]:
    if before.name != after.name:
        yield Change(kind="pipeline-renamed", before=before.name, after=after.name)


def _group(group: Group, before: Contents, after: Contents) -> Iterator[Change]:
    """Yield what became of the tasks of a group as such."""
    old, new = group.before, group.after
    if not old:
        yield Change(kind="task-added", tasks=new, after=_shape(after, new[0]))
    elif not new:
        yield Change(kind="task-removed", tasks=old, before=_shape(before, old[0]))
    elif len(old) == len(new) == 1:
        if old != new:
            yield Change(kind="task-renamed", tasks=new, before=old[0], after=new[0])
    else:
        yield Change(
            kind=_regrouping(group),
            tasks=new,
            before={name: sorted(before.tasks[name].needs) for name in old},
            after={name: sorted(after.tasks[name].needs) for name in new},
        )


def _regrouping(group: Group) -> Kind:
    if len(group.before) == 1:
        return "task-split"
    return "tasks-fused" if len(group.after) == 1 else "tasks-regrouped"


def _shape(contents: Contents, name: str) -> Json:
    """Return what a task runs, what it waits for, and what waits for it."""
    task = contents.tasks[name]
    followers = [other for other, of in contents.tasks.items() if name in of.needs]
    return {
        "nodes": dict(sorted(task.nodes.items())),
        "needs": sorted(task.needs),
        "needed_by": sorted(followers),
    }


def _nodes(before: Contents, after: Contents, parts: list[Group]) -> Iterator[Change]:
    """Yield the nodes that tasks run anew, no more, by other names, or with other datasets."""
    old, new = _by_node(before), _by_node(after)
    pairs = nodes_paired(before.tasks, after.tasks)
    stay = {name for group in parts if group.before and group.after for name in group.before}
    arrive = {name for group in parts if group.before and group.after for name in group.after}
    for name in old.keys() - {one for one, _ in pairs}:
        if (task := old[name][0]) in stay:
            now = next(g.after for g in parts if task in g.before)
            yield Change(kind="node-removed", name=name, tasks=now, before=old[name][1])
    for name in new.keys() - {other for _, other in pairs}:
        if new[name][0] in arrive:
            yield Change(kind="node-added", name=name, tasks=new[name][:1], after=new[name][1])
    for one, other in pairs:
        is_alone = _is_alone(before, old[one][0]) and _is_alone(after, new[other][0])
        yield from _node(one, other, old[one], new[other], is_alone)


def _by_node(contents: Contents) -> dict[str, _Place]:
    """Return the task and the signature of each node."""
    tasks = contents.tasks.items()
    return {node: (task, text) for task, of in tasks for node, text in of.nodes.items()}


def _is_alone(contents: Contents, task: str) -> bool:
    return len(contents.tasks[task].nodes) == 1


def _node(one: str, other: str, old: _Place, new: _Place, is_alone: bool) -> Iterator[Change]:
    """Yield what became of a node.

    Args:
        is_alone: whether its task has no other; such a task is called after it, and that both have
            a new name is one change.
    """
    (old_task, old_text), (new_task, new_text) = old, new
    if one != other and not (is_alone and old_task != new_task):
        yield Change(kind="node-renamed", tasks=(new_task,), before=one, after=other)
    # Of very many nodes an artifact may hold the names alone.
    if old_text != new_text and old_text and new_text:
        yield Change(
            kind="node-changed",
            name=other,
            tasks=(new_task,),
            before=old_text,
            after=new_text,
        )


def _edges(before: Contents, after: Contents, parts: list[Group]) -> Iterator[Change]:
    """Yield the edges between tasks that are on both sides; those of others are told with them."""
    same = {g.before[0]: g.after[0] for g in parts if len(g.before) == len(g.after) == 1}
    old = {
        (same[one], same[name])
        for name, task in before.tasks.items()
        for one in task.needs
        if name in same and one in same
    }
    present = set(same.values())
    edges = {(one, name) for name, task in after.tasks.items() for one in task.needs}
    new = {edge for edge in edges if present.issuperset(edge)}
    yield from (Change(kind="edge-added", tasks=edge) for edge in new - old)
    yield from (Change(kind="edge-removed", tasks=edge) for edge in old - new)


def _parameters(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Change]:
    for name in before.keys() | after.keys():
        old, new = shown(name, before.get(name)), shown(name, after.get(name))
        if name not in before:
            yield Change(kind="parameter-added", name=name, after=new)
        elif name not in after:
            yield Change(kind="parameter-removed", name=name, before=old)
        elif _json(before[name]) != _json(after[name]):
            kind = _kind_of_default(before[name], after[name])
            yield Change(kind=kind, name=name, before=old, after=new)


def _kind_of_default(before: Json, after: Json) -> Kind:
    """Return what a new default is: of another type, it also changes what a run may set."""
    old, new = type_of(before), type_of(after)
    # A parameter that is null takes any value, and a number may be a whole one.
    is_wider = "null" in (old, new) or (old, new) == ("integer", "number")
    return "parameter-default" if old == new or is_wider else "parameter-type"


def _settings(
    before: Mapping[str, Json], after: Mapping[str, Json], tasks: tuple[str, ...] = ()
) -> Iterator[Change]:
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        nulls = _set_to_null(name, before, after)
        if old != new or _json(old) != _json(new) or len(nulls) == 1:
            yield Change(
                kind=kind_of_setting(name),
                name=name,
                tasks=tasks,
                before=old,
                after=new,
                set_to_null=nulls,
            )


def _set_to_null(
    name: str, before: Mapping[str, Json], after: Mapping[str, Json]
) -> tuple[Literal["before", "after"], ...]:
    """Return the sides on which a constant is set to null."""
    sides: dict[Literal["before", "after"], Mapping[str, Json]] = {"before": before, "after": after}
    is_constant = name.startswith(_OF_PARAMETERS)
    return tuple(s for s, of in sides.items() if is_constant and of.get(name, name) is None)


def _tasks(group: Group, before: Contents, after: Contents) -> Iterator[Change]:
    """Yield what the settings of tasks became: of each of a split, and of a fusion's one."""
    both = before.parameters.keys() & after.parameters.keys()
    is_one = len(group.before) == len(group.after) == 1
    for new in group.after:
        # A name that stays says best which of several it was.
        for old in (new,) if new in group.before else group.before:
            one = _task_settings(before.tasks[old], both, is_one)
            other = _task_settings(after.tasks[new], both, is_one)
            yield from _settings(one, other, (new,))


def _task_settings(
    task: TaskContents, parameters: AbstractSet[str], is_one: bool
) -> dict[str, Json]:
    """Return the settings of a task.

    Args:
        parameters: those that are on both sides, so that being given one is no change of it.
        is_one: whether it is the same task before and after.
    """
    settings = {k: v for k, v in task.settings.items() if is_one or k not in _OF_NODES}
    if inputs := sorted(parameters & settings.pop("inputs", {}).keys()):
        settings["inputs"] = inputs
    return settings_of(settings)


def _json(value: Json) -> str:
    """Return a text in which `1`, `1.0` and `true` differ."""
    return json.dumps(value, sort_keys=True)
