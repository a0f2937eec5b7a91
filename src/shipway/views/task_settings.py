"""The settings of a task as rows, in the words of `deploy.yml`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shipway.planner.plan import Task, plain
from shipway.settings.task_settings import TASK_SETTINGS
from shipway.settings.values import TaskSettings
from shipway.views.critical_path import duration

SECONDS = frozenset({"timeout", "retry_delay"})
"""Settings that are held in seconds."""


@dataclass(frozen=True, kw_only=True)
class SettingRow:
    """A setting, its value as text, and where it was set (empty where nobody knows)."""

    name: str
    value: str
    place: str


def settings_rows(settings: TaskSettings) -> tuple[SettingRow, ...]:
    """Return what is set, in the order of the settings' declaration.

    A secret is a reference to one; its value is nowhere in a plan.
    """
    return tuple(_rows(settings))


def shared_rows(tasks: Sequence[Task]) -> tuple[SettingRow, ...]:
    """Return what all tasks have alike; without its place where that is not the same."""
    first, *others = (settings_rows(task.settings) for task in tasks)
    return tuple(row for row in (_shared(row, others) for row in first) if row)


def _shared(row: SettingRow, others: Sequence[Sequence[SettingRow]]) -> SettingRow | None:
    alike = [other for rows in others for other in rows if _pair(other) == _pair(row)]
    if len(alike) < len(others):
        return None
    return row if all(other == row for other in alike) else replace(row, place="")


def _pair(row: SettingRow) -> tuple[str, str]:
    return row.name, row.value


def _rows(settings: TaskSettings) -> Iterator[SettingRow]:
    for setting in TASK_SETTINGS:
        value = getattr(settings, setting.attribute)
        if value is None or value in ((), {}):
            continue
        pairs = {setting.name: value}
        if setting.by_key and isinstance(value, Mapping):
            pairs = {f"{setting.name}.{key}": item for key, item in value.items()}
        for name, item in pairs.items():
            place = settings.places.get(name, "")
            yield SettingRow(name=name, value=_text(setting.name, item), place=place)


def _text(name: str, value: Any) -> str:
    if name in SECONDS:
        return duration(value)
    value = plain(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
