"""Airflow's own words for values: `datetime`, `Param`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from shipway.artifacts.descriptions import unless_set
from shipway.artifacts.python_literals import Call, Code
from shipway.model import Json, Parameter
from shipway.settings.values import Schedule
from shipway.tasks.job_variable import too_long

_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def start_of(schedule: Schedule | None) -> Call | None:
    """Midnight of the first day in the schedule's own zone, as UTC: no zone to look up later."""
    if schedule is None or schedule.start is None:
        return None
    day = datetime.fromisoformat(schedule.start).replace(tzinfo=ZoneInfo(schedule.timezone))
    return to_utc(day.astimezone(timezone.utc))


def to_utc(moment: datetime) -> Call:
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    # `datetime` needs year, month and day; hours and minutes are 0 without.
    while len(parts) > 3 and parts[-1] == 0:
        parts.pop()
    return Call("datetime", tuple(parts), (("tzinfo", Code("timezone.utc")),))


def to_param(parameter: Parameter) -> Call:
    """Return the `Param` of a parameter.

    One whose value the configuration makes has no default: null stands for what it makes, and the
    type, where the value is known, is that of the value or null.
    """
    kwargs: list[tuple[str, Any]] = []
    kind = _json_type(parameter.value)
    if kind:
        kwargs.append(("type", ["null", kind] if parameter.source else kind))
    # An empty list says nothing of the items that a run may set.
    if kind == "array" and parameter.value:
        kwargs.append(("items", _items(parameter.value)))
    if parameter.source:
        kwargs.append(("description", unless_set(parameter)))
    return Call("Param", (parameter.default,), tuple(kwargs))


def unfit(parameter: Parameter) -> str | None:
    """Return why a run cannot be given a parameter; `None` where it can."""
    return too_long(parameter) or _unlike_in_form(parameter)


def _unlike_in_form(parameter: Parameter) -> str | None:
    """Return why Airflow cannot show a default as it is, and would hand over something else.

    It writes a mapping as `{"__var": …, "__type": "dict"}`, and reads a list of such back only
    where all of its items are. Source: `BaseSerialization._deserialize_param`, all releases.
    """
    default = parameter.default
    is_list = isinstance(default, list) and not all(isinstance(i, Mapping) for i in default)
    if is_list and _holds_mapping(default):
        return "Airflow's form does not show a list as it is that holds mappings beside other items"
    return None


def _holds_mapping(value: Json) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(map(_holds_mapping, value))
    )


def _json_type(value: Json) -> str | None:
    """The JSON Schema type that a trigger's value must have; any for a parameter that is null."""
    if value is None:
        return None
    if isinstance(value, list):
        return "array"
    # By exact type: `bool` is a subclass of `int`, and would be an integer to `isinstance`.
    return "object" if isinstance(value, Mapping) else _JSON_TYPES[type(value)]


def _items(values: Sequence[Json]) -> dict[str, Json]:
    kinds = sorted({_json_type(value) or "null" for value in values})
    # In JSON Schema every integer is a number (Validation, 6.1.1), so one type is enough.
    if set(kinds) == {"integer", "number"}:
        kinds = ["number"]
    return {"type": kinds[0] if len(kinds) == 1 else kinds}
