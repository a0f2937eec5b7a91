"""Run by Flyte's python: one task, by the command that its pod has."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path
from typing import Any

from flyteidl.core.errors_pb2 import ContainerError, ErrorDocument
from flyteidl.core.literals_pb2 import LiteralMap
from flytekit.bin.entrypoint import execute_task_cmd
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine

from .describe import SETTINGS

_EXECUTION = {
    "FLYTE_INTERNAL_EXECUTION_ID": "an-execution",
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "project",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "domain",
}
"""What Flyte tells a pod (flyteplugins, `flytek8s/k8s_resource_adds.go`)."""


def pod(file: Path, function: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a task has left for Flyte: its outputs, or of which kind its error is."""
    task = getattr(importlib.import_module(file.stem), function)
    context = FlyteContextManager.current_context()
    with FlyteContextManager.with_context(context.with_serialization_settings(SETTINGS)):
        args = task.get_default_command(SETTINGS)
    literals = TypeEngine.dict_to_literal_map(context, values, task.python_interface.inputs)
    with tempfile.TemporaryDirectory() as name:
        folder, outputs = Path(name), Path(name, "outputs")
        (folder / "inputs.pb").write_bytes(literals.to_flyte_idl().SerializeToString())
        places = {"{{.input}}": folder / "inputs.pb", "{{.outputPrefix}}": outputs}
        words = [str(places.get(word, name if "{{" in word else word)) for word in args[1:]]
        os.environ.update(_EXECUTION)
        execute_task_cmd.main(words, standalone_mode=False)
        return {"kind": _kind(outputs / "error.pb"), "outputs": _outputs(outputs / "outputs.pb")}


def _kind(file: Path) -> str | None:
    if not file.exists():
        return None
    return str(ContainerError.Kind.Name(ErrorDocument.FromString(file.read_bytes()).error.kind))


def _outputs(file: Path) -> dict[str, str]:
    """The map of texts that the first task gives."""
    literals = LiteralMap.FromString(file.read_bytes()).literals if file.exists() else {}
    items = literals["o0"].map.literals.items() if "o0" in literals else ()
    return {key: item.scalar.primitive.string_value for key, item in items}
