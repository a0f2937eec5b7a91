"""Parameters as typed inputs of a pipeline, and how a task gets their values."""

from __future__ import annotations

import json
import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.model import Json, Parameter
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan
from shipway_exporters.containers.arguments import parameter

RUN_INPUTS: Mapping[str, str] = {
    "run_id": "{{$.pipeline_job_uuid}}",
    "run_created": "{{$.pipeline_job_create_time_utc}}",
}
"""Inputs of every task, bound to what the server knows of the run; it knows them nowhere else."""
SCHEDULE_TIME = "{{$.pipeline_job_schedule_time_utc}}"
_NAMES = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    prefix="p_",
    longest=100,
    # Keywords: kfp hands inputs to Python as keyword arguments, when somebody calls the component.
    reserved=frozenset({*keyword.kwlist, *RUN_INPUTS, "run_scheduled", "status"}),
)
# By exact type: `bool` is a subclass of `int`, and would be found as one by `isinstance`.
_TYPES = {bool: "BOOLEAN", int: "NUMBER_INTEGER"}
# From here on, not every integer is a double (IEEE 754, binary64: 53 bits of significand).
_LARGEST = 2**53
"""Numbers travel as doubles."""


@dataclass(frozen=True)
class Input:
    """A parameter as an input of the pipeline.

    Args:
        name: the input's name.
        parameter: Kedro's parameter.
        type: KFP's type.
        default: the input's default value, of that type.
        kind: how the value reaches the task: `text`, `json`, `float` or `yaml`.
        note: what the type does not say, for who fills in the form.
    """

    name: str
    parameter: Parameter
    type: str
    default: Json
    kind: str
    note: str = ""

    @property
    def definition(self) -> dict[str, Any]:
        """The entry in the pipeline's `inputDefinitions`."""
        description = f"params:{self.parameter.name}{self.note}"
        return {
            "parameterType": self.type,
            "defaultValue": self.default,
            "isOptional": True,
            "description": description,
        }

    @property
    def argument(self) -> str:
        """The argument that hands the value to a task."""
        return parameter(self.kind, self.parameter.name, placeholder(self.name))


def placeholder(name: str) -> str:
    """Return what stands for the value of a component's input in its container."""
    return f"{{{{$.inputs.parameters['{name}']}}}}"


def inputs_of(plan: Plan) -> tuple[Input, ...]:
    """Return the pipeline's inputs, one for each parameter that may be set."""
    names = assign((parameter.name for parameter in plan.parameters), _NAMES)
    return tuple(_input(names[parameter.name], parameter) for parameter in plan.parameters)


def _input(name: str, parameter: Parameter) -> Input:
    value = parameter.value
    if parameter.source:
        return Input(name, parameter, "STRING", "", kind="yaml", note=_unless_set(parameter.source))
    if isinstance(value, str):
        return Input(name, parameter, "STRING", value, kind="text")
    if isinstance(value, float) and not _is_minus_zero(value):
        return Input(name, parameter, "NUMBER_DOUBLE", value, kind="float")
    if _fits(value):
        return Input(name, parameter, _TYPES.get(type(value), "LIST"), value, kind="json")
    text = json.dumps(value, ensure_ascii=False)
    return Input(name, parameter, "STRING", text, kind="json", note=", as JSON")


def _unless_set(source: str) -> str:
    """What the configuration makes has no default to show, and an empty text leaves it alone.

    An input without any default would need a value: its placeholder stands in the arguments.
    """
    # Only a description: two braces would make the server look for a placeholder here, too.
    text = source.replace("{{", "{ {")
    return f", as YAML; unless set: {text}"


def _fits(value: Json) -> bool:
    """Tell whether a value arrives as it is, and so does another one like it.

    Numbers are doubles on the way: an integer arrives as `2.0` at a task, which makes one of it
    again where the project's own value is one. In a list whose items are all integers, they are;
    what a mapping holds under a new key, or a list of other things, is not known.
    """
    if isinstance(value, list):
        # An empty list says nothing of the items that a run may set instead.
        return bool(value) and all(type(item) is int and _fits(item) for item in value)
    if isinstance(value, (Mapping, float)):
        return False
    is_large = isinstance(value, int) and abs(value) > _LARGEST
    return value is not None and not is_large


def _is_minus_zero(value: float) -> bool:
    """Its sign is lost on the way."""
    # `-0.0 == 0.0` in Python, so that only the sign's copy tells them apart (`math.copysign`).
    return math.copysign(1, value) < 0 and value == 0
