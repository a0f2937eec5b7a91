"""The statements that hand tasks to Prefect: `x = kedro.with_options(…).submit(…)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.artifacts.python_literals import WIDTH, arguments, columns, string

_INDENT = 8
_PAD = " " * _INDENT


def submission(variable: str, options: Mapping[str, Any], task_arguments: Mapping[str, Any]) -> str:
    """Return the statement that submits a task, at the indent of a block in the flow.

    Args:
        variable: what holds the task's future.
        options: what Prefect is told of the task; its `name`, at least.
        task_arguments: what the task is given, and what it waits for.
    """
    head = f"{_PAD}{variable} = kedro.with_options("
    short = f"{head}name={string(options['name'])}).submit("
    # With the name alone it reads better on one line, as a formatter would leave it.
    is_short = len(options) == 1 and columns(short) <= WIDTH
    long = f"{head}\n{arguments(options.items(), _INDENT + 4)}\n{_PAD}).submit("
    lines = arguments(task_arguments.items(), _INDENT + 4)
    return f"{short if is_short else long}\n{_PAD}    run,\n{lines}\n{_PAD})"
