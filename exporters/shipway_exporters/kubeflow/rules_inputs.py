"""Rules of parameters: what is declared, what is bound to it, and of which type."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, text, value_at
from shipway.schemas.problems import Problem
from shipway_exporters.kubeflow.rules_view import Component, Rule, Task, View

JOB_PLACEHOLDERS = frozenset(
    f"{{{{$.pipeline_{name}}}}}"
    for name in (
        "job_name",
        "job_resource_name",
        "job_uuid",
        "job_create_time_utc",
        "job_schedule_time_utc",
        "task_name",
        "task_uuid",
    )
)
"""`driver/resolve.go`, resolveInputParameter: as the whole of a constant, and nowhere else."""
STATUS = "TASK_FINAL_STATUS"
_LARGEST = 2**53
_KINDS: Mapping[str, tuple[type, ...]] = {
    "STRING": (str,),
    "BOOLEAN": (bool,),
    # JSON has one kind of number, so `2.0` is an integer as long as it is whole.
    "NUMBER_INTEGER": (int, float),
    "NUMBER_DOUBLE": (int, float),
    "LIST": (list,),
    "STRUCT": (Mapping,),
}
_BINDINGS = ("runtimeValue", "componentInputParameter", "taskOutputParameter", "taskFinalStatus")


def types(view: View) -> Iterator[Problem]:
    """`apiserver/template/v2_template.go`, validatePipelineJobInputs: types, and which at root."""
    for component in view.dags:
        for way in ("input", "output"):
            for name, spec in mapping(
                value_at(component.spec, f"{way}Definitions", "parameters")
            ).items():
                type_ = mapping(spec).get("parameterType")
                keys = (*component.keys, f"{way}Definitions", "parameters", name, "parameterType")
                if type_ not in (*_KINDS, STATUS) or (type_ == STATUS and way == "output"):
                    yield Problem(keys, f"The server knows no type `{type_}` here.")
                elif type_ == STATUS and component.keys == ("root",):
                    yield Problem(keys, "The root can be told of no task's end.")


def defaults(view: View) -> Iterator[Problem]:
    """`argocompiler/argo.go`, Compile: a default travels unchecked, as JSON and so as doubles."""
    for component in view.dags:
        for name, spec in component.inputs.items():
            definition = mapping(spec)
            keys = (*component.keys, "inputDefinitions", "parameters", name, "defaultValue")
            if "defaultValue" in definition and (
                what := misfit(definition["defaultValue"], definition.get("parameterType"))
            ):
                yield Problem(keys, what)


def optional_ones(view: View) -> Iterator[Problem]:
    """`driver/util.go`, resolveSinglePlaceholder: what has no value fails the task.

    Of a task's final status there always is one.
    """
    for component in view.dags:
        for name, spec in component.inputs.items():
            definition = mapping(spec)
            if definition.get("parameterType") == STATUS or not definition.get("isOptional"):
                continue
            if "defaultValue" not in definition:
                keys = (*component.keys, "inputDefinitions", "parameters", name)
                yield Problem(keys, "An optional parameter needs a default.")


def bindings(view: View) -> Iterator[Problem]:
    """`driver/resolve.go`, resolveInputs: it is not checked that they match the definitions."""
    for task in view.tasks:
        if task.component is None:
            continue
        for name in task.bindings:
            if name not in task.component.inputs:
                keys = (*task.keys, "inputs", "parameters", name)
                yield Problem(keys, f"The component has no input `{name}`.")
        for name, spec in task.component.inputs.items():
            if name not in task.bindings and not mapping(spec).get("isOptional"):
                yield Problem((*task.keys, "inputs"), f"Nothing is bound to the input `{name}`.")


def sources(view: View) -> Iterator[Problem]:
    """`driver/resolve.go`, resolveInputParameter: where a value can come from."""
    for task in view.tasks:
        for name, binding in task.bindings.items():
            if what := _bad_source(view, task, name, mapping(binding)):
                yield Problem((*task.keys, "inputs", "parameters", name), what)


def _bad_source(view: View, task: Task, name: str, binding: Mapping[str, Any]) -> str | None:
    kinds = [kind for kind in _BINDINGS if kind in binding]
    if len(kinds) != 1:
        return "A value comes from one place, neither more nor less."
    kind = _type(task.component, name)
    if kinds == ["taskFinalStatus"]:
        return _bad_status(task, binding, kind)
    if kind == STATUS:
        return "How a task has ended is known as `taskFinalStatus` only."
    if kinds == ["runtimeValue"]:
        return _bad_constant(binding, kind)
    if kinds == ["componentInputParameter"]:
        return _bad_input(task, binding, kind)
    return _bad_output(view, task, binding, kind)


def _type(component: Component | None, name: str) -> str | None:
    """Return the declared type of an input; None where there is none."""
    return value_at(component.inputs, name, "parameterType") if component else None


def _bad_status(task: Task, binding: Mapping[str, Any], kind: str | None) -> str | None:
    """The first upstream task is told of, whatever `producerTask` says."""
    if not task.is_exit:
        return "Only a task that runs last is told how another has ended."
    if kind not in (None, STATUS):
        return f"The input is of type {kind}, not {STATUS}."
    if task.after[:1] != [value_at(binding, "taskFinalStatus", "producerTask")]:
        return "This must be of the upstream task."
    return None


def _bad_constant(binding: Mapping[str, Any], kind: str | None) -> str | None:
    if "constant" not in mapping(binding["runtimeValue"]):
        return "There is no constant."
    return misfit(binding["runtimeValue"]["constant"], kind)


def _bad_input(task: Task, binding: Mapping[str, Any], kind: str | None) -> str | None:
    source = text(binding["componentInputParameter"])
    if source not in task.parent.inputs:
        return f"The DAG around the task has no input `{source}`."
    return _other(_type(task.parent, source), kind)


def _bad_output(view: View, task: Task, binding: Mapping[str, Any], kind: str | None) -> str | None:
    producer = text(value_at(binding, "taskOutputParameter", "producerTask"))
    key = text(value_at(binding, "taskOutputParameter", "outputParameterKey"))
    component = text(value_at(task.parent.tasks, producer, "componentRef", "name"))
    if component not in view.components:
        return None
    outputs = view.components[component].outputs
    if key not in outputs:
        return f"The task `{producer}` has no output `{key}`."
    return _other(value_at(outputs, key, "parameterType"), kind)


def _other(source_kind: str | None, kind: str | None) -> str | None:
    if kind is None or source_kind == kind:
        return None
    return f"The input is of type {kind}, and gets one of type {source_kind}."


def misfit(value: Any, type_: Any) -> str | None:
    """Say why a value is not of a type, if it is not."""
    kinds = _KINDS.get(type_) if isinstance(type_, str) else None
    if kinds is None:
        return unfit(value)
    # `True` is an `int` in Python and no number in JSON, hence the second question.
    if not isinstance(value, kinds) or isinstance(value, bool) is not (type_ == "BOOLEAN"):
        return f"The value {value!r} is not of type {type_}."
    if type_ == "NUMBER_INTEGER" and isinstance(value, float):
        if not value.is_integer():
            return f"The value {value!r} is not of type {type_}."
        value = int(value)
    return unfit(value)


def unfit(value: Any) -> str | None:
    """Say what JSON cannot hold of a value; its numbers are doubles (`google.protobuf.Value`)."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return "A key is no text."
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, map(unfit, value)), None)
    # Python's `json` would write NaN and Infinity, which RFC 8259 (section 6) does not know.
    is_known = value is None or isinstance(value, str | int | float)
    if not is_known or (isinstance(value, float) and not math.isfinite(value)):
        return f"JSON cannot hold {value!r}."
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"The number {value} is too large: it would be rounded."
    return None


RULES: tuple[Rule, ...] = (types, defaults, optional_ones, bindings, sources)
