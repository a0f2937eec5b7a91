"""The order of changes: what a running deployment feels most comes first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shipway.comparison.changes import KINDS, Change, Kind

_BY_FIRST_WORD: dict[str, Kind] = {
    "schedule": "schedule",
    "image": "image",
    "resources": "resources",
    "retries": "retries",
    "retry_delay": "retries",
    "retry_backoff": "retries",
    "timeout": "retries",
    "digest": "digest",
}
_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}


def kind_of_setting(name: str) -> Kind:
    """Return the kind of a change of a setting, by its dotted name."""
    return _BY_FIRST_WORD.get(name.partition(".")[0], "setting")


def ranked(changes: Iterable[Change], order: Sequence[str] = ()) -> tuple[Change, ...]:
    """Return changes by rank and name; one that several tasks share stands once.

    Args:
        order: of the tasks.
    """
    places = {task: index for index, task in enumerate(order)}
    return tuple(sorted(_merged(changes, places), key=lambda change: _key(change, places)))


def _merged(changes: Iterable[Change], places: dict[str, int]) -> Iterable[Change]:
    alike: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        alike.setdefault(_shared(change), []).append(change)
    for first, *others in alike.values():
        tasks = {task for change in (first, *others) for task in change.tasks}
        in_order = tuple(sorted(tasks, key=lambda task: (places.get(task, -1), task)))
        yield replace(first, tasks=in_order) if others else first


def _shared(change: Change) -> tuple[str, ...]:
    """Return what changes have in common that are told once; nothing for what is a task's own."""
    is_own = change.kind.startswith(("task", "edge", "node"))
    return (change.kind, change.name, *_values(change), *(change.tasks if is_own else ()))


def _values(change: Change) -> tuple[str, str]:
    before, after = (json.dumps(v, sort_keys=True) for v in (change.before, change.after))
    return before, after


def _key(change: Change, places: dict[str, int]) -> tuple[object, ...]:
    tasks = [(places.get(task, -1), task) for task in change.tasks]
    return (_RANKS[change.kind], change.name, tasks, *_values(change))
