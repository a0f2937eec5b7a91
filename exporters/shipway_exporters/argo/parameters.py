"""Parameters as arguments of a workflow, and how a task gets their values.

Argo has texts alone. An argument is the text itself where the parameter is one, and JSON for
anything else. A task gets JSON objects with the values that its nodes can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shipway.model import Json, Parameter
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan
from shipway.schemas.document import is_odd, texts
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.argo.texts import is_changed, json_text
from shipway_exporters.containers.go_json import compact, size_of

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
_PLACEHOLDER = r"{{=replace(toJson(workflow.parameters.%s), `{`, `\u007b`)}}"
_NAME = re.compile(r"workflow\.parameters\.(\w+)")
VALUES: Mapping[str, str] = {
    option: rf"{{{{=replace(inputs.parameters.{option}, `$`, `\u0024`)}}}}"
    for option in ("inputs", "literals")
}
"""What a container is told of its parameters, by the runtime's option: without dollars, which
Kubernetes would expand. Values that are no text come as texts of JSON: else what somebody sets for
one of them could hold the next."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A parameter as an argument of the workflow.

    Args:
        name: the argument's name.
        option: which of `VALUES` the value is among: the text itself is one of `inputs`.
    """

    name: str
    parameter: Parameter
    option: str

    @property
    def definition(self) -> dict[str, str]:
        """The entry among the workflow's arguments."""
        note = "" if self.option == "inputs" else ", as JSON"
        unless = f"; unless set: {self.parameter.source}" if self.parameter.source else ""
        description = f"params:{self.parameter.name}{note}{unless}".replace("{{", "{ {")
        return {**self.value(self.parameter.default), "description": description}

    def value(self, value: Json) -> dict[str, str]:
        """Return the entry that sets the argument."""
        text = str(value) if self.option == "inputs" else json_text(value)
        return {"name": self.name, "value": text}


def arguments_of(plan: Plan) -> dict[str, Argument]:
    """Return the workflow's arguments, by the parameter's name."""
    names = assign((parameter.name for parameter in plan.parameters), _NAMES)
    return {
        p.name: Argument(name=names[p.name], parameter=p, option=_option(plan, p))
        for p in plan.parameters
    }


def argument_in(placeholder: str) -> str | None:
    """Return the name of the argument that a placeholder stands for."""
    match = _NAME.search(placeholder)
    return match[1] if match and placeholder == _PLACEHOLDER % match[1] else None


def values_of(arguments: Iterable[Argument]) -> dict[str, str]:
    """Return the objects of JSON that a task gets, by option, with a placeholder for each value."""
    pairs: dict[str, list[str]] = {option: [] for option in VALUES}
    for item in arguments:
        pairs[item.option].append(f"{json_text(item.parameter.name)}: {_PLACEHOLDER % item.name}")
    return {option: "{" + ", ".join(of) + "}" for option, of in pairs.items() if of}


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be an argument; `None` where it can."""
    size = size_of(parameter.default)
    # A task gets the default, and beside it the value, as a text of JSON.
    if size_of(compact(parameter.default)) > LONGEST_ARGUMENT // 2:
        return f"its default of {size:,} bytes is more than an argument of a container may hold"
    if any(is_odd(text) for _, text in texts({parameter.name: parameter.default})):
        return "its default has characters that Kubernetes cannot hold"
    return None


def _option(plan: Plan, parameter: Parameter) -> str:
    values = [parameter.default]
    schedule = plan.run.schedule
    if schedule and parameter.name in schedule.parameters:
        values.append(schedule.parameters[parameter.name])
    is_text = all(isinstance(value, str) and not is_changed(value) for value in values)
    return "inputs" if is_text else "literals"
