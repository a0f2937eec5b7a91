"""Run by Flyte's python: a module as the messages that a server gets, and the jobs of its tasks."""

from __future__ import annotations

import base64
import importlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgpack
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.base_task import PythonTask
from flytekit.core.context_manager import FlyteContextManager, FlyteEntities
from flytekit.core.workflow import PythonFunctionWorkflow
from flytekit.tools.repo import serialize_get_control_plane_entities
from google.protobuf.json_format import MessageToDict

RUN = {
    "run_id": "an-execution",
    "created": "2026-01-31T06:00:01+00:00",
    "logical_date": "2026-01-31T06:00:00+00:00",
}
SETTINGS = SerializationSettings(
    image_config=ImageConfig(default_image=Image(name="default", fqn="host/default", tag="1")),
    project="project",
    domain="domain",
    version="1",
)


class _CaughtError(Exception):
    """A task has process its process what to do."""


def describe(file: Path) -> dict[str, Any]:
    """Return all messages of a module, by kind, and the job of each task with defaults alone."""
    module = importlib.import_module(file.stem)
    _check_imports(file)
    context = FlyteContextManager.current_context()
    with FlyteContextManager.with_context(context.with_serialization_settings(SETTINGS)):
        entities = serialize_get_control_plane_entities(SETTINGS, str(file.parent))
    messages: dict[str, list[Any]] = {"TaskSpec": [], "WorkflowSpec": [], "LaunchPlan": []}
    for entity in entities:
        message = entity.to_flyte_idl()
        messages[type(message).__name__].append(MessageToDict(message))
    (workflow,) = (e for e in FlyteEntities.entities if isinstance(e, PythonFunctionWorkflow))
    inputs = {n: item[1] for n, item in workflow.python_interface.inputs_with_defaults.items()}
    tasks = {e.name: e for e in FlyteEntities.entities if isinstance(e, PythonTask)}
    return {
        **messages,
        "jobs": {
            node.id: _job(module, tasks[node.flyte_entity.name], inputs)
            for node in workflow.nodes
            if node.id != "start"
        },
        "defaults": {
            name: _value(parameter["default"])
            for plan in messages["LaunchPlan"]
            for name, parameter in _parameters(plan).items()
        },
    }


def _parameters(plan: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = plan["spec"].get("defaultInputs", {}).get("parameters", {})
    return parameters


def _check_imports(file: Path) -> None:
    """The module itself imports nothing but flytekit, kubernetes and the standard library."""
    lines = file.read_text(encoding="utf-8").splitlines()
    imports = [line.split() for line in lines if line.startswith(("import ", "from "))]
    names = {words[1].partition(".")[0] for words in imports}
    assert names <= {*sys.stdlib_module_names, "flytekit", "kubernetes"}, names


def _job(module: Any, task: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the process of a task is process, where nobody has set anything."""
    values = {"run": RUN, **{n: inputs[n] for n in task.python_interface.inputs if n != "run"}}
    process: dict[str, Any] = {}

    def popen(command: list[str], *, env: dict[str, str], **_: Any) -> Any:
        job = json.loads(env["SHIPWAY_JOB"])
        own = {n: v for n, v in env.items() if os.environ.get(n) != v and n != "SHIPWAY_JOB"}
        process.update(job=job, env=own, command=command)
        raise _CaughtError

    module.Popen = popen
    with suppress(_CaughtError):
        task._task_function(**values)
    return process


def _value(literal: dict[str, Any]) -> Any:
    """A literal as Python has it."""
    if "collection" in literal:
        return [_value(item) for item in literal["collection"].get("literals", [])]
    scalar = literal["scalar"]
    if "union" in scalar:
        return _value(scalar["union"]["value"])
    if "noneType" in scalar:
        return None
    if "binary" in scalar:
        return msgpack.unpackb(base64.b64decode(scalar["binary"]["value"]), strict_map_key=False)
    ((kind, value),) = scalar["primitive"].items()
    return int(value) if kind == "integer" else value
