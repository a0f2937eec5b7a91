"""Parameters as typed fields of a resource, which a run's config fills in once for all tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.descriptions import unless_set
from shipway.artifacts.python_literals import Call, literal
from shipway.model import Json, Parameter
from shipway.planner.plan import Plan
from shipway_exporters.dagster.names import fields, resource_key

_SCALARS = {bool: "bool", int: "int", float: "float", str: "str"}


@dataclass(frozen=True)
class Entry:
    """A parameter as a field.

    Args:
        name: the field's name, an identifier.
        parameter: Kedro's parameter.
    """

    name: str
    parameter: Parameter

    @property
    def declaration(self) -> str:
        """Its line in the class: the type, by which Dagster checks a value, and the default."""
        kind = annotation(self.parameter.value)
        # What the configuration makes is left alone by `None`, which any type must then allow.
        if self.parameter.source and kind != "Any":
            kind += " | None"
        head = f"    {self.name}: {kind} = "
        return head + literal(self._default(), 4, len(head), 0)

    def _default(self) -> Any:
        """The value, or a field that says what gives it."""
        if not self.parameter.source:
            return self.parameter.default
        arguments = (("default", None), ("description", unless_set(self.parameter)))
        return Call("Field", (), arguments)


def entries_of(plan: Plan) -> tuple[Entry, ...]:
    """Return the fields, one for each parameter that may be set."""
    names = fields(parameter.name for parameter in plan.parameters)
    return tuple(Entry(names[parameter.name], parameter) for parameter in plan.parameters)


def run_config(plan: Plan, values: dict[str, Json]) -> dict[str, Any]:
    """Return the config of a run that is given values, by dotted name."""
    names = {entry.parameter.name: entry.name for entry in entries_of(plan)}
    config = {names[name]: value for name, value in values.items()}
    return {"resources": {resource_key(plan.name): {"config": config}}}


def annotation(value: Json) -> str:
    """Return the type of a value; any, for a parameter that is nothing in the project."""
    if isinstance(value, list):
        return f"list[{_item(value)}]"
    if isinstance(value, dict):
        return "dict[str, Any | None]"
    return _SCALARS.get(type(value), "Any")


def _item(values: Sequence[Json]) -> str:
    kinds = set(_kinds([value for value in values if value is not None]))
    # A whole number is a float, too.
    kind = "float" if kinds == {"int", "float"} else "".join(kinds) if len(kinds) == 1 else "Any"
    # In a list or a mapping, Dagster takes null only where the type says so, and not for `Any`:
    # its file would not even load (dagster, `_config/post_process.py`, _recurse_in_to_array).
    return f"{kind} | None" if kind == "Any" or None in values else kind


def _kinds(values: Sequence[Json]) -> Iterator[str]:
    for value in values:
        # One level is checked: what lies deeper may differ from item to item.
        yield "Any" if isinstance(value, (list, dict)) else annotation(value)
