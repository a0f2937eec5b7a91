"""Parameters as arguments of a workflow, and how a task gets their values.

Argo has texts alone. An argument is the text itself where the parameter is one, and JSON for
anything else. A task gets one JSON object with the values that its nodes can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shipway.model import Json, Parameter
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan
from shipway.schemas.document import is_odd, texts
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.argo.texts import is_changed, json_text
from shipway_exporters.containers.go_json import size_of

_NAMES = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    prefix="p_",
    longest=100,
    # All parameters at once, `workflow.parameters.json` (Argo, Workflow Variables). An expression
    # with one of the others as a word waits for a loop or a retry, before Argo 3.7.11 and 4.0.2
    # (`util/template/expression_template.go`).
    reserved=frozenset({"json", "item", "retries", "lastRetry"}),
)
# Between backticks an expression takes a text as it is. In the texts of JSON a brace may stand by
# its number, so that nobody takes two of them for the start of a placeholder.
_ESCAPES = {
    "text": r"replace(toJson(%s), `{`, `\u007b`)",
    "json": r"replace(%s, `{` + `{`, `{\u007b`)",
}
_NAME = re.compile(r"workflow\.parameters\.(\w+)")
VALUES = r"{{=replace(inputs.parameters.inputs, `$`, `\u0024`)}}"
"""What a container is told of its parameters: without dollars, which Kubernetes would expand."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A parameter as an argument of the workflow.

    Args:
        name: the argument's name.
        kind: how the value is written: `text`, `json`, or a `scalar` of JSON.
    """

    name: str
    parameter: Parameter
    kind: str

    @property
    def definition(self) -> dict[str, str]:
        """The entry among the workflow's arguments."""
        note = "" if self.kind == "text" else ", as JSON"
        unless = f"; unless set: {self.parameter.source}" if self.parameter.source else ""
        description = f"params:{self.parameter.name}{note}{unless}".replace("{{", "{ {")
        return {**self.value(self.parameter.default), "description": description}

    def value(self, value: Json) -> dict[str, str]:
        """Return the entry that sets the argument."""
        text = str(value) if self.kind == "text" else json_text(value)
        return {"name": self.name, "value": text}

    @property
    def placeholder(self) -> str:
        """What stands for the value in an object of JSON."""
        return _placeholder(self.name, self.kind)


def arguments_of(plan: Plan) -> dict[str, Argument]:
    """Return the workflow's arguments, by the parameter's name."""
    names = assign((parameter.name for parameter in plan.parameters), _NAMES)
    return {
        p.name: Argument(name=names[p.name], parameter=p, kind=_kind(plan, p))
        for p in plan.parameters
    }


def kind_of(placeholder: str) -> tuple[str, str] | None:
    """Return the argument that a placeholder stands for, and how its value is written."""
    match = _NAME.search(placeholder)
    if match is None:
        return None
    forms = {_placeholder(match[1], kind): kind for kind in ("scalar", *_ESCAPES)}
    return (match[1], forms[placeholder]) if placeholder in forms else None


def values_of(arguments: Iterable[Argument]) -> str:
    """Return the object of JSON that a task gets, with a placeholder for each value."""
    pairs = (f"{json_text(item.parameter.name)}: {item.placeholder}" for item in arguments)
    return "{" + ", ".join(pairs) + "}"


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be an argument; `None` where it can."""
    size = size_of(parameter.default)
    if size > LONGEST_ARGUMENT // 2:  # a task gets the default, and the value beside it
        return f"its default of {size:,} bytes is more than an argument of a container may hold"
    if any(is_odd(text) for _, text in texts({parameter.name: parameter.default})):
        return "its default has characters that Kubernetes cannot hold"
    return None


def _placeholder(name: str, kind: str) -> str:
    variable = f"workflow.parameters.{name}"
    if kind == "scalar":
        return f"{{{{{variable}}}}}"
    return "{{=" + _ESCAPES[kind] % variable + "}}"


def _kind(plan: Plan, parameter: Parameter) -> str:
    values = [parameter.default]
    schedule = plan.run.schedule
    if schedule and parameter.name in schedule.parameters:
        values.append(schedule.parameters[parameter.name])
    if all(isinstance(value, str) and not is_changed(value) for value in values):
        return "text"
    return "scalar" if isinstance(parameter.default, (bool, int, float)) else "json"
