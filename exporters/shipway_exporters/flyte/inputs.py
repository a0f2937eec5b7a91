"""Parameters as typed inputs of a workflow, and of its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.artifacts.python_literals import WIDTH, columns, string
from shipway.model import Json, Parameter
from shipway.planner.naming import assign
from shipway.planner.plan import Plan
from shipway.schemas.document import is_odd, texts
from shipway.tasks.job_variable import too_long
from shipway_exporters.flyte.names import INPUTS

_SCALARS = {bool: "bool", int: "int", float: "float", str: "str"}
_WHOLE = range(-(2**63), 2**63)
"""Whole numbers are of 64 bits (flyteidl, `core.Primitive`; MessagePack in mappings)."""
_AS_JSON = "str"
_INDENT = 4


@dataclass(frozen=True, kw_only=True)
class Input:
    """A parameter as an input.

    Args:
        name: an identifier.
        type: of Python, by which Flyte checks a value.
        is_json: whether the value is handed over as a text of JSON, since Flyte has no type for it.
    """

    name: str
    parameter: Parameter
    type: str
    is_json: bool

    @property
    def declaration(self) -> str:
        """The input in the signature of a task."""
        return f"{self.name}: {self.type}"

    @property
    def with_default(self) -> str:
        """The input in the signature of the workflow."""
        head, (start, end) = (
            f"{self.declaration} = ",
            ("json.dumps(", ")") if self.is_json else ("", ""),
        )
        key = string(self.parameter.name)
        flat = f"{head}{start}DEFAULTS[{key}]{end}"
        # A comma follows.
        if _INDENT + columns(flat) < WIDTH:
            return flat
        if self.is_json:
            return f"{head}json.dumps(\n{8 * ' '}DEFAULTS[{key}]\n{4 * ' '})"
        return f"{head}DEFAULTS[\n{8 * ' '}{key}\n{4 * ' '}]"


def inputs_of(plan: Plan) -> dict[str, Input]:
    """Return the inputs of the workflow, by the parameter's name."""
    names = assign((parameter.name for parameter in plan.parameters), INPUTS)
    return {p.name: _input(names[p.name], p) for p in plan.parameters}


def _input(name: str, parameter: Parameter) -> Input:
    kind = type_of(parameter.value)
    if kind and parameter.source:
        # What the configuration makes is left alone by `None`.
        kind = f"{kind} | None"
    return Input(name=name, parameter=parameter, type=kind or _AS_JSON, is_json=not kind)


def type_of(value: Json) -> str | None:
    """Return the type of a value; `None` where Flyte has none: lists of different things."""
    if isinstance(value, dict):
        return "dict"
    if isinstance(value, list):
        kinds = {_SCALARS.get(type(item)) for item in value}
        item = kinds.pop() if len(kinds) == 1 else None
        return f"list[{item}]" if item else None
    return _SCALARS.get(type(value))


def unfit(parameter: Parameter) -> str | None:
    """Return why a run cannot be given a parameter; `None` where it can."""
    if why := too_long(parameter):
        return why
    if any(number not in _WHOLE for number in _integers(parameter.default)):
        return "its default has a whole number of more than 64 bits"
    if any(is_odd(text) for _, text in texts({parameter.name: parameter.default})):
        return "its default has characters that no message of Flyte can hold"
    return None


def _integers(value: Json) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from _integers(item)
