"""Let kfp's own local orchestrator run spec files, each container as a process of the host.

Run by the kfp python: ``run_spec REQUEST.json ANSWER.json``. kfp.local drives: it binds the
arguments, sorts the tasks, resolves placeholders, retries, and ends what failed. Replaced are
the handler that would start a container, the waiting between retries, and, when asked for,
the way in which parameter values are written into a command.
"""

from __future__ import annotations

import contextlib
import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from kfp import components, local
from kfp.local import pipeline_orchestrator, placeholder_utils, subprocess_task_handler
from kfp.local.orchestrator import enhanced_dag_orchestrator, task_executor

from . import rendering
from .host_handler import Journal, handler


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run a spec file; the answer tells what ran, and how it ended."""
    journal = Journal(**request["pod"])
    failure: list[list[str]] = []
    error = None
    local.init(
        local.SubprocessRunner(use_venv=False),
        pipeline_root=request["pipeline_root"],
        workspace_root=str(Path.cwd() / "workspace"),
    )
    with replaced(journal, failure, request["rendering"]):
        try:
            components.load_component_from_file(request["file"])(**request["arguments"])
        except Exception:  # noqa: BLE001 - a report of whatever stops kfp
            error = traceback.format_exc()
    return {
        "succeeded": not failure and error is None,
        "failed": failure[0] if failure else [],
        "error": error,
        "tasks": journal.tasks,
    }


@contextlib.contextmanager
def replaced(journal: Journal, failure: list[list[str]], style: str) -> Iterator[None]:
    """Put the parts of the test in the place of kfp's own."""

    def fail(fail_stack: list[str], **_: Any) -> None:
        failure.append(list(fail_stack))

    with contextlib.ExitStack() as stack:
        for target, name, new in (
            (subprocess_task_handler, "SubprocessTaskHandler", handler(journal)),
            (pipeline_orchestrator, "log_and_maybe_raise_for_failure", fail),
            (task_executor, "time", SimpleNamespace(sleep=journal.wait)),
            (task_executor, "execute_single_task", named(journal, task_executor)),
            (enhanced_dag_orchestrator, "execute_task", nested(journal)),
        ):
            stack.enter_context(patch.object(target, name, new))
        if style == "server":
            stack.enter_context(patch.object(placeholder_utils, "json", server_json()))
        yield


def named(journal: Journal, module: Any) -> Any:
    """Note the name of a task that runs a container: a handler is not told."""
    original = module.execute_single_task

    def execute(task_name: str, **others: Any) -> Any:
        with journal.task(task_name):
            return original(task_name=task_name, **others)

    return execute


def nested(journal: Journal) -> Any:
    """Note the name of a task that is a DAG; its tasks are named within it."""
    original = enhanced_dag_orchestrator.execute_task

    def execute(task_name: str, **others: Any) -> Any:
        component = others["components"][others["task_spec"].component_ref.name]
        if component.WhichOneof("implementation") != "dag":
            return original(task_name=task_name, **others)
        with journal.dag(task_name):
            return original(task_name=task_name, **others)

    return execute


def server_json() -> Any:
    """Stand in for the json module where values are written into commands."""
    return SimpleNamespace(loads=json.loads, dumps=rendering.server)


if __name__ == "__main__":
    requests = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = [run(request) for request in requests]
    Path(sys.argv[2]).write_text(json.dumps(answers), encoding="utf-8")
