"""What changed, in words: a title and a line for each change, in plain text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.comparison.changes import (
    EFFECTS,
    LOSSES,
    REFUSED,
    TOGETHER,
    Change,
    Comparison,
    Kind,
    Status,
)
from shipway.comparison.words import literal, pair, typed, value
from shipway.errors import count
from shipway.model import Json

_MOST_TASKS = 3
_NOT_SET = "not set"
_IN_SECONDS = ("timeout", "retry_delay")
_TITLES: Mapping[Kind, str] = {
    "parameter-type": "type of a parameter",
    "parameter-default": "default of a parameter",
    "lines": "other lines",
    "edge-added": "task waits for another",
    "edge-removed": "task waits no more",
}
_OF_SETTINGS = ("schedule", "image", "resources", "retries", "setting")
_STATUS: Mapping[Status, str] = {
    "added": "new",
    "removed": "gone",
    "changed": "changed",
    "same": "the same",
    "unreadable": "changed; only its lines can be compared",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A change in words.

    Args:
        title: what kind it is of, or the setting.
        what: on one line.
        is_loss: whether a deployment loses something by it.
    """

    title: str
    what: str
    effect: str
    is_loss: bool = False


def rows(comparison: Comparison) -> list[Row]:
    """Return the changes of an artifact, by rank; all digests are one row.

    That tasks refuse to run is told first, and of which digests that comes, last.
    """
    digests = [change for change in comparison.changes if change.kind == "digest"]
    others = [change for change in comparison.changes if change.kind != "digest"]
    tasks = {task for change in digests for task in change.tasks}
    of_others = [_row(change, comparison.size) for change in others]
    return [*_refusal(tasks), *of_others, *_digests(digests, len(tasks))]


def _row(change: Change, size: int) -> Row:
    is_setting = change.kind in _OF_SETTINGS
    title = value(change.name) if is_setting else _TITLES.get(change.kind)
    return Row(
        title=title or change.kind.replace("-", " "),
        what=_setting(change, size) if is_setting else _WORDS[change.kind](change),
        effect=change.effect,
        is_loss=change.kind in LOSSES,
    )


def _refusal(tasks: Collection[str]) -> Iterator[Row]:
    if tasks:
        what = f"{TOGETHER} ({count(len(tasks), 'task')})"
        yield Row(title=REFUSED, what=what, effect="they end with exit code 7, and compute nothing")


def _digests(changes: Sequence[Change], tasks: int) -> Iterator[Row]:
    of_tasks = [f"of the pipeline, in {count(tasks, 'task')}"] if tasks else []
    names = [change.name for change in changes if not change.tasks]
    if changes:
        what = ", ".join([*of_tasks, *names])
        yield Row(title="digests", what=what, effect=EFFECTS["digest"])


def status(comparison: Comparison) -> str:
    """Return what became of an artifact."""
    return _STATUS[comparison.status]


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(value(name) for name in names[:_MOST_TASKS])
    left = len(names) - _MOST_TASKS
    return f"{shown} and {left} more" if left > 0 else shown


def _whole(change: Change) -> str:
    tasks = change.before or change.after or ()
    return f"{value(change.name)}, {count(len(tasks), 'task')}"


def _renamed(change: Change) -> str:
    where = f" in {_names(change.tasks)}" if change.kind == "node-renamed" else ""
    before, after = pair(change.before, change.after)
    return f"{before} -> {after}{where}"


def _regrouped(change: Change) -> str:
    return f"{_names([*change.before])} -> {_names([*change.after])}"


def _task(change: Change) -> str:
    shape: Mapping[str, Any] = change.after or change.before or {}
    after = f", after {_names(needs)}" if (needs := shape["needs"]) else ""
    before = f", before {_names(followers)}" if (followers := shape["needed_by"]) else ""
    return f"{_names(change.tasks)}{after}{before}"


def _node(change: Change) -> str:
    signature = change.before or change.after
    reads = f" ({value(signature)})" if signature else ""
    return f"{value(change.name)}{reads} in {_names(change.tasks)}"


def _node_changed(change: Change) -> str:
    before, after = pair(change.before, change.after)
    return f"{value(change.name)}: was ({before}), is ({after})"


def _edge(change: Change) -> str:
    one, other = change.tasks
    return f"{value(other)} after {value(one)}"


def _parameter(change: Change) -> str:
    default = change.after if change.kind == "parameter-added" else change.before
    return f"{value(change.name)} (default {literal(default)})"


def _type(change: Change) -> str:
    return f"{value(change.name)} {typed(change.before)} -> {typed(change.after)}"


def _default(change: Change) -> str:
    before, after = pair(change.before, change.after)
    return f"{value(change.name)} {before} -> {after}"


def _lines(change: Change) -> str:
    return value(change.name)


def _setting(change: Change, size: int) -> str:
    before, after = _amounts(change)
    is_all = _MOST_TASKS < len(change.tasks) == size
    tasks = f"all {size} tasks" if is_all else _names(change.tasks)
    where = f" ({tasks})" if tasks else ""
    return f"{before} -> {after}{where}"


def _amounts(change: Change) -> Sequence[str]:
    values = (change.before, change.after)
    unit = " s" if change.name in _IN_SECONDS else ""
    is_set = [
        of is not None or side in change.set_to_null
        for of, side in zip(values, ("before", "after"), strict=True)
    ]
    if all(is_set):
        return [f"{text}{unit}" for text in pair(*values)]
    pairs = zip(values, is_set, strict=True)
    return [f"{_set(of)}{unit}" if is_one else _NOT_SET for of, is_one in pairs]


def _set(of: Json) -> str:
    return f'"{of}"' if of == _NOT_SET else value(of)


_WORDS: Mapping[Kind, Callable[[Change], str]] = {
    "pipeline-added": _whole,
    "pipeline-removed": _whole,
    "pipeline-renamed": _renamed,
    "task-added": _task,
    "task-removed": _task,
    "task-renamed": _renamed,
    "task-split": _regrouped,
    "tasks-fused": _regrouped,
    "tasks-regrouped": _regrouped,
    "node-added": _node,
    "node-removed": _node,
    "node-renamed": _renamed,
    "node-changed": _node_changed,
    "edge-added": _edge,
    "edge-removed": _edge,
    "parameter-added": _parameter,
    "parameter-removed": _parameter,
    "parameter-type": _type,
    "parameter-default": _default,
    "lines": _lines,
}
"""Other kinds are of settings."""
