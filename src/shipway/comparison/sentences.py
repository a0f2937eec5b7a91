"""What changed, in words: a title and a line for each change, in plain text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.comparison.changes import LOSSES, Change, Comparison, Kind, Status
from shipway.errors import count
from shipway.model import Json

_MOST_TASKS = 3
_LONGEST = 72
_IN_SECONDS = ("timeout", "retry_delay")
_TITLES: Mapping[Kind, str] = {
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
    """Return the changes of an artifact, by rank; all digests are one row."""
    digests = [change for change in comparison.changes if change.kind == "digest"]
    others = [change for change in comparison.changes if change.kind != "digest"]
    of_others = [_row(change, comparison.size) for change in others]
    return [*of_others, *([_digests(digests)] if digests else [])]


def _row(change: Change, size: int) -> Row:
    is_setting = change.kind in _OF_SETTINGS
    title = value(change.name) if is_setting else _TITLES.get(change.kind)
    return Row(
        title=title or change.kind.replace("-", " "),
        what=_setting(change, size) if is_setting else _WORDS[change.kind](change),
        effect=change.effect,
        is_loss=change.kind in LOSSES,
    )


def _digests(changes: Sequence[Change]) -> Row:
    tasks = {task for change in changes for task in change.tasks}
    of_tasks = [f"of the pipeline, in {count(len(tasks), 'task')}"] if tasks else []
    names = [change.name for change in changes if not change.tasks]
    effect = next((change for change in changes if change.tasks), changes[0]).effect
    return Row(title="digests", what=", ".join([*of_tasks, *names]), effect=effect)


def status(comparison: Comparison) -> str:
    """Return what became of an artifact."""
    return _STATUS[comparison.status]


def value(of: Json, longest: int = _LONGEST) -> str:
    """Return a value on one line, a long one cut; what a terminal would obey is escaped."""
    plain = isinstance(of, str) and of.isprintable() and bool(of) and of == of.strip()
    text = of if plain else json.dumps(of, sort_keys=True, ensure_ascii=_is_odd(of))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _is_odd(of: Json) -> bool:
    return not json.dumps(of, ensure_ascii=False).isprintable()


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(value(name) for name in names[:_MOST_TASKS])
    left = len(names) - _MOST_TASKS
    return f"{shown} and {left} more" if left > 0 else shown


def _whole(change: Change) -> str:
    tasks = change.before or change.after or ()
    return f"{value(change.name)}, {count(len(tasks), 'task')}"


def _renamed(change: Change) -> str:
    where = f" in {_names(change.tasks)}" if change.kind == "node-renamed" else ""
    return f"{value(change.before)} -> {value(change.after)}{where}"


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
    return f"{value(change.name)}: was ({value(change.before)}), is ({value(change.after)})"


def _edge(change: Change) -> str:
    one, other = change.tasks
    return f"{value(other)} after {value(one)}"


def _parameter(change: Change) -> str:
    default = change.after if change.kind == "parameter-added" else change.before
    return f"{value(change.name)} (default {value(default)})"


def _default(change: Change) -> str:
    return f"{value(change.name)} {value(change.before)} -> {value(change.after)}"


def _lines(change: Change) -> str:
    return value(change.name)


def _setting(change: Change, size: int) -> str:
    before, after = (_amount(change.name, of) for of in (change.before, change.after))
    is_all = _MOST_TASKS < len(change.tasks) == size
    tasks = f"all {size} tasks" if is_all else _names(change.tasks)
    where = f" ({tasks})" if tasks else ""
    return f"{before} -> {after}{where}"


def _amount(name: str, of: Json) -> str:
    if of is None:
        return "not set"
    return f"{value(of)} s" if name in _IN_SECONDS else value(of)


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
    "parameter-default": _default,
    "lines": _lines,
}
"""Other kinds are of settings."""
