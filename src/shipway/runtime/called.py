"""A task where it is called: for an orchestrator that calls a function, in a Python of its own.

The nodes run in the caller's process, and not in one below it: what such an orchestrator has
prepared there, a Spark session above all, is of that process alone. So it is the orchestrator that
keeps the time and ends what nodes leave behind, together with its Python.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shipway.runtime.main import run_here


class TaskError(Exception):
    """The task has failed. An exception is what a caller understands, unlike an exit code."""


def main(words: Sequence[str] | None = None) -> None:
    """Run one task, as `python -m shipway.runtime` does.

    Raises:
        TaskError: it has failed; its text says how.
    """
    try:
        outcome = run_here(sys.argv[1:] if words is None else words)
    except SystemExit as end:  # of `argparse`, which has said why
        if end.code:
            raise TaskError("The options of the task are wrong.") from None
        return
    if outcome.code:
        raise TaskError(outcome.words)
