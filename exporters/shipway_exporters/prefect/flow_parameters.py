"""Parameters as typed arguments of a flow function."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shipway.artifacts.python_literals import literal
from shipway.errors import Finding, UnsupportedError
from shipway.model import Json, Parameter
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan
from shipway.tasks.job_variable import too_long
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.prefect.flow_names import IN_FLOW, IN_SIGNATURE
from shipway_exporters.python_files.names import KEYWORDS

_NAMES = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    prefix="p_",
    longest=100,
    # pydantic keeps these for methods of a model (Protected Namespaces), and Prefect makes a
    # model of a flow's arguments.
    refused=r"^model_(?=config$|fields|computed_fields|extra|dump|validate)",
    reserved=KEYWORDS | IN_FLOW | IN_SIGNATURE,
)
_MOST = LONGEST_ARGUMENT // 2
"""Bytes of JSON of all parameters: a task is told their values and their defaults in one variable.

Prefect itself stores 512 KiB a run (`server.api.max_parameter_size`).
"""
_NUMBER = "float | int"
"""A whole number that is set for a float stays one, as in `kedro run --params`.

Of a union pydantic takes the type that a value has (Unions, smart mode), and JSON tells 5 from 5.0.
"""
_SCALARS = {bool: "bool", int: "int", float: _NUMBER, str: "str"}


@dataclass(frozen=True)
class Argument:
    """A parameter as an argument of the flow.

    Args:
        name: the argument's name, an identifier.
        parameter: Kedro's parameter.
    """

    name: str
    parameter: Parameter

    @property
    def declaration(self) -> str:
        """Its line in the signature: the type, by which Prefect checks a value, and the default."""
        kind = annotation(self.parameter.value)
        # What the configuration makes is left alone by `None`, which any type must then allow.
        if self.parameter.source and kind != "Any":
            kind += " | None"
        head = f"    {self.name}: {kind} = "
        return f"{head}{literal(self.parameter.default, 4, len(head))},"


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be an argument of a flow."""
    return too_long(parameter)


def check_size(plan: Plan) -> None:
    """Check that tasks can be told a run's parameters; a flow that is called has all of them.

    Raises:
        UnsupportedError: the defaults alone are too large.
    """
    if (size := _size(plan.parameters)) > _MOST:
        raise UnsupportedError(
            Finding(
                what=f"The parameters of a run take {size:,} bytes; tasks can be told {_MOST:,}.",
                where=plan.run.places.get("parameters", "parameters, which is not set"),
                remedy="List under `parameters` those that may be set; others keep their value.",
            )
        )


def _size(parameters: Sequence[Parameter]) -> int:
    return len(json.dumps({item.name: item.default for item in parameters}))


def arguments_of(plan: Plan) -> tuple[Argument, ...]:
    """Return the flow's arguments, one for each parameter that may be set."""
    names = assign((parameter.name for parameter in plan.parameters), _NAMES)
    return tuple(Argument(names[parameter.name], parameter) for parameter in plan.parameters)


def takes(default: Json, value: Json) -> bool:
    """Tell whether an argument with a default takes a value of the same kind: items count."""
    if not (isinstance(default, list) and isinstance(value, list)):
        return True
    item = _item(default)
    return item == "Any" or {*_kinds(value)} <= {item, *item.split(" | ")}


def annotation(value: Json) -> str:
    """Return the type of a value; any, for a parameter that is nothing in the project."""
    if isinstance(value, list):
        return f"list[{_item(value)}]"
    if isinstance(value, dict):
        return "dict[str, Any]"
    return _SCALARS.get(type(value), "Any")


def _item(values: Sequence[Json]) -> str:
    kinds = set(_kinds(values))
    # Every whole number is one of the union, so that one type is enough.
    if kinds == {"int", _NUMBER}:
        return _NUMBER
    return kinds.pop() if len(kinds) == 1 else "Any"


def _kinds(values: Sequence[Json]) -> Iterator[str]:
    for value in values:
        # One level is checked: what lies deeper may differ from item to item.
        yield "Any" if isinstance(value, (list, dict)) else annotation(value)
