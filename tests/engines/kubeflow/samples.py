"""Hand-written spec files, in the shape of those under test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

COMPLETED = "ALL_UPSTREAM_TASKS_COMPLETED"
Spec = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task: a command with its inputs, or a DAG of other steps.

    Each of ``inputs`` names its type and, unless it is the DAG's input of that name, a constant.
    """

    command: Sequence[str] = ("true",)
    args: Sequence[str] = ()
    after: Sequence[str] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    retry: Mapping[str, Any] | None = None
    strategy: str | None = None
    status_of: str | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)


def spec(
    steps: Mapping[str, Step], inputs: Mapping[str, Spec] | None = None, name: str = "sample"
) -> Spec:
    """Build the pipeline document of these steps."""
    components: Spec = {}
    executors: Spec = {}
    root: Spec = {"dag": {"tasks": _tasks(steps, components, executors, "")}}
    if inputs:
        root["inputDefinitions"] = {
            "parameters": {n: dict(options) for n, options in inputs.items()}
        }
    return {
        "components": components,
        "deploymentSpec": {"executors": executors},
        "pipelineInfo": {"name": name},
        "root": root,
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
    }


def platform(executors: Mapping[str, Spec]) -> Spec:
    """Build the document that tells Kubernetes about executors."""
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": dict(executors)}}}}


def text(*documents: Spec) -> str:
    """Write documents as one YAML text."""
    return yaml.safe_dump_all(documents, sort_keys=False)


def write(folder: Path, *documents: Spec) -> Path:
    """Write documents into a file."""
    file = folder / "pipeline.yaml"
    file.write_text(text(*documents), encoding="utf-8")
    return file


def parameter(name: str) -> str:
    """The placeholder of an input."""
    return f"{{{{$.inputs.parameters['{name}']}}}}"


def constant(value: object) -> Spec:
    """A value where a spec takes a parameter."""
    return {"runtimeValue": {"constant": value}}


def _tasks(
    steps: Mapping[str, Step], components: Spec, executors: Spec, prefix: str
) -> dict[str, Spec]:
    return {
        name: _task(name, prefix + name, step, components, executors)
        for name, step in steps.items()
    }


def _task(name: str, unique: str, step: Step, components: Spec, executors: Spec) -> Spec:
    component: Spec = {}
    components[f"comp-{unique}"] = component
    types = dict(step.inputs) | ({"status": "TASK_FINAL_STATUS"} if step.status_of else {})
    if types:
        declaration = {inner: {"parameterType": type_} for inner, type_ in types.items()}
        component["inputDefinitions"] = {"parameters": declaration}
    if step.steps:
        component["dag"] = {"tasks": _tasks(step.steps, components, executors, f"{unique}-")}
    else:
        component["executorLabel"] = f"exec-{unique}"
        executors[f"exec-{unique}"] = {"container": _container(step)}
    task: Spec = {
        "cachingOptions": {},
        "componentRef": {"name": f"comp-{unique}"},
        "dependentTasks": list(step.after),
        "inputs": {"parameters": _bindings(step)},
        "taskInfo": {"name": name},
    }
    if step.retry:
        task["retryPolicy"] = dict(step.retry)
    if step.strategy:
        task["triggerPolicy"] = {"strategy": step.strategy}
    return task


def _bindings(step: Step) -> Spec:
    binding: Spec = {name: {"componentInputParameter": name} for name in step.inputs}
    for name, value in step.constants.items():
        binding[name] = constant(value)
    if step.status_of:
        binding["status"] = {"taskFinalStatus": {"producerTask": step.status_of}}
    return binding


def _container(step: Step) -> Spec:
    container: Spec = {"image": "registry.example/shop:1.0", "command": list(step.command)}
    container |= {"args": list(step.args)} if step.args else {}
    container |= {"resources": dict(step.resources)} if step.resources else {}
    variables = [{"name": name, "value": value} for name, value in step.env.items()]
    return container | ({"env": variables} if variables else {})
