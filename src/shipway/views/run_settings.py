"""The settings of a pipeline as a whole as rows, in the words of `deploy.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.settings.run_settings import RUN_SETTINGS
from shipway.settings.values import Notice, RunSettings, Schedule
from shipway.views.task_settings import SettingRow

_UNSET = RunSettings(schedule=Schedule())


def run_settings_rows(run: RunSettings) -> Iterator[SettingRow]:
    """Yield what was set for a pipeline as a whole, in the order of the settings' declaration."""
    for setting in RUN_SETTINGS:
        value = _value(run, setting.attribute)
        if value not in (None, _value(_UNSET, setting.attribute)):
            place = run.places.get(setting.name.partition(".")[0], "")
            yield SettingRow(name=setting.name, value=_text(value), place=place)


def _value(run: RunSettings, attribute: str) -> Any:
    """`None` also for what only the planner asks for: a run has no such attribute."""
    value: Any = run
    for part in attribute.split("."):
        value = getattr(value, part, None)
    return value


def _text(value: Any) -> str:
    if isinstance(value, Notice):
        value = {value.kind: value.to}
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
