"""Standard output of `kedro export … --format json`: the document, and nothing that others print.

Kedro calls `keep` before it loads a plugin, a hook or the project's settings, all of which may
print. The module imports little: Kedro loads it for every command.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_documents: list[int] = []
"""The real standard output, while what is printed goes to standard error."""


def keep() -> None:
    """Send what is printed to standard error from here on, if `kedro export` is to print JSON."""
    if sys.argv[1:2] == ["export"] and asks_for_json(sys.argv):
        sys.stdout.flush()
        _documents.append(os.dup(1))
        os.dup2(2, 1)


@contextmanager
def for_document() -> Iterator[None]:
    """Let the command itself print to standard output again."""
    for document in _documents:
        sys.stdout.flush()
        os.dup2(document, 1)
    try:
        yield
    finally:
        if _documents:
            # Hooks of `after_command_run` and exit handlers are still to come.
            sys.stdout.flush()
            os.dup2(2, 1)


def asks_for_json(words: Sequence[str]) -> bool:
    """Tell it of the words of a command line, before anything has parsed them."""
    return "--format=json" in words or ("--format", "json") in itertools.pairwise(words)
