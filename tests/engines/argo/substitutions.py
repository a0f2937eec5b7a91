"""What Argo makes of a WorkflowTemplate: the pods of its tasks, with everything filled in.

Each rule names its source in Argo 4.1; that they are read rightly, test_argo_itself.py asks Argo's
own code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import evaluate

# `valyala/fasttemplate`: from two braces to the next two that close.
_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_GO = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_GO |= {"\\": r"\\", '"': r"\""}


class ArgoError(Exception):
    """Argo could not go on with the workflow."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A workflow that was made of a template.

    Args:
        scheduled: the time for which a CronWorkflow has made it.
        parameters: what was set, as texts.
    """

    uid: str = "5f3c1d4e-0000-4000-8000-000000000001"
    created: str = "2026-01-31T06:00:00Z"
    scheduled: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


def globals_of(workflow: Mapping[str, Any], run: Run) -> dict[str, str]:
    """`workflow/controller/operator.go`, setGlobalParameters."""
    values = {
        "workflow.name": f"{workflow['metadata']['name']}-abcde",
        "workflow.uid": run.uid,
        "workflow.creationTimestamp.RFC3339": run.created,
        **({"workflow.scheduledTime": run.scheduled} if run.scheduled else {}),
    }
    parameters = workflow["spec"].get("arguments", {}).get("parameters", ())
    texts = {item["name"]: item["value"] for item in parameters} | dict(run.parameters)
    return values | {f"workflow.parameters.{name}": text for name, text in texts.items()}


def process_args(
    template: Mapping[str, Any], arguments: Mapping[str, str], variables: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """`workflow/common/util.go`, ProcessArgs and SubstituteParams: globals first, then inputs.

    Returns:
        The template, and what its inputs are.
    """
    inputs = [
        {**item, **({"value": arguments[item["name"]]} if item["name"] in arguments else {})}
        for item in template.get("inputs", {}).get("parameters", ())
    ]
    lost = [item["name"] for item in inputs if "value" not in item]
    if lost:
        raise ArgoError(f"inputs.parameters.{lost[0]} was not supplied")
    whole = {**template, **({"inputs": {"parameters": inputs}} if inputs else {})}
    whole = replace(whole, variables)
    inputs = whole.get("inputs", {}).get("parameters", ())
    values = {f"inputs.parameters.{item['name']}": item["value"] for item in inputs}
    return replace(whole, {**variables, **values}), values


def replace(value: Any, variables: Mapping[str, str]) -> Any:
    """`util/template/replace.go`, Replace: tags in the JSON of something are filled in.

    Where a variable is not there, the tag stays as it is (`allowUnresolved`).
    """
    text = json.dumps(value, ensure_ascii=False)
    filled = _TAG.sub(lambda match: _filled(match, variables), text)
    try:
        return json.loads(filled)
    except ValueError as error:
        raise ArgoError(f"the result was invalid JSON: {error}") from None


def _filled(match: re.Match[str], variables: Mapping[str, str]) -> str:
    tag = match[1]
    if not tag.startswith("="):
        # `util/template/simple_template.go`, simpleReplaceStrict.
        name = tag.strip()
        return _quoted(variables[name]) if name in variables else match[0]
    # `util/template/expression_template.go`, expressionReplaceCore.
    try:
        result = evaluate(json.loads(f'"{tag[1:]}"'), variables)
    except (TypeError, AttributeError):  # a function of a variable that is not there
        result = None
    return match[0] if result is None else json.dumps(result, ensure_ascii=False)[1:-1]


def _quoted(text: str) -> str:
    """`strconv.Quote`, without its quotes: not every escape of Go's is one of JSON's."""
    return "".join(map(_quoted_char, text))


def _quoted_char(char: str) -> str:
    if char in _GO or char.isprintable():
        return _GO.get(char, char)
    code = ord(char)
    return (
        f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 2**16 else f"\\U{code:08x}"
    )


def pods_of(workflow: Mapping[str, Any], run: Run) -> dict[str, dict[str, Any]]:
    """Return the template of each task of the DAG, filled in, with what the pod has of the run.

    `workflow/controller/dag.go`, executeDAGTask: the arguments of a task are filled in as the DAG
    is, and once more; `workflow/controller/workflowpod.go`, substitutePodParams: the pod again.
    """
    variables, templates = globals_of(workflow, run), templates_of(workflow)
    dag, _ = process_args(templates[workflow["spec"]["entrypoint"]], {}, variables)
    return {
        task["name"]: pod_of(templates[task["template"]], replace(task, variables), variables)
        for task in dag["dag"]["tasks"]
    }


def pod_of(
    template: Mapping[str, Any], task: Mapping[str, Any], variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return one template, filled in."""
    parameters = task.get("arguments", {}).get("parameters", ())
    arguments = {item["name"]: item["value"] for item in parameters}
    filled, inputs = process_args(template, arguments, variables)
    pod: dict[str, Any] = replace(filled, {**variables, **inputs})
    return pod


def templates_of(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """Return the templates of a workflow, by name."""
    return {item["name"]: item for item in workflow["spec"]["templates"]}
