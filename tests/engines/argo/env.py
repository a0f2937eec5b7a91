"""Argo's own validation, and the schemas of its objects, as `scripts.argo_checks` brings them."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.argo_checks import PROGRAM

from .substitutions import Run

REPO = Path(__file__).resolve().parents[3]
VARIABLE = "SHIPWAY_ENV_ARGO"
_PATIENCE = 15 * 60
"""Seconds: a machine that has nothing of Go's builds some hundred modules."""


class ArgoMissingError(Exception):
    """A part is not on this machine; says why."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Argo says of a file.

    Args:
        runs: of each run that was asked for, the containers of its tasks.
    """

    errors: list[str]
    runs: list[dict[str, Any]]


def part(name: str) -> Path:
    """Return the folder of a part, once it is ready.

    Raises:
        ArgoMissingError: it cannot be had.
    """
    folder = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "argo") / name
    end = time.monotonic() + _PATIENCE
    while VARIABLE in os.environ and not list(folder.glob("done")):
        if (folder / "missing").exists():
            raise ArgoMissingError((folder / "missing").read_text())
        if time.monotonic() > end:
            raise ArgoMissingError(f"{name} was not ready in time")
        time.sleep(0.5)
    if not (folder / "done").exists():
        raise ArgoMissingError(f"nothing at {folder}: `make test` brings it, or set {VARIABLE}")
    return folder


def ask_argo(
    folder: Path, files: Sequence[Sequence[Any]], runs: Sequence[Run] = ()
) -> list[Answer]:
    """Ask Argo's own code what it thinks of files, and what it would run."""
    requests = [
        {"documents": _of_argo(file), "runs": [_request(run) for run in runs]} for file in files
    ]
    answers = _call([str(folder / PROGRAM)], requests)
    return [Answer(errors=one["errors"], runs=one["runs"]) for one in answers]


def ask_schemas(folder: Path, files: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Ask the schemas of npm's package what is wrong with the values of files."""
    script = Path(__file__).with_name("schemas") / "check.mjs"
    named = [[_with_names(document) for document in _of_argo(file)] for file in files]
    return list(_call(["node", str(script), str(folder)], named))


def _of_argo(file: Sequence[Any]) -> list[Any]:
    """Leave out a config map, which is Kubernetes' own."""
    return [document for document in file if document["kind"] != "ConfigMap"]


def _with_names(document: Mapping[str, Any]) -> Any:
    """The schemas want a container's name, which Argo itself gives it: `main`.

    Source: Argo 4.1, `workflow/controller/workflowpod.go`, createWorkflowPod.
    """
    copy = json.loads(json.dumps(document))
    for template in copy.get("spec", {}).get("templates", ()):
        if isinstance(template, dict) and isinstance(template.get("container"), dict):
            template["container"].setdefault("name", "main")
    return copy


def _request(run: Run) -> dict[str, Any]:
    return {
        "uid": run.uid,
        "created": run.created,
        "scheduled": run.scheduled or "",
        "parameters": dict(run.parameters),
    }


def _call(command: Sequence[str], request: Any) -> Any:
    # Not as ASCII: Go reads the documents as YAML, which has no escapes for halves of characters.
    text = json.dumps(request, ensure_ascii=False)
    outcome = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    return json.loads(outcome.stdout)
