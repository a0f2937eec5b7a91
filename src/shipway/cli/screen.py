"""What suits where the output goes: how much of it, how wide, and whether in colour."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import click

from shipway.errors import Finding, UsageError


@dataclass(frozen=True)
class Detail:
    """How much a command says; see `--quiet` and `--verbose`."""

    quiet: bool = False
    verbose: bool = False

    def check(self) -> None:
        """Check that not both are asked for.

        Raises:
            UsageError: they are.
        """
        if self.quiet and self.verbose:
            what = "`--quiet` and `--verbose` cannot be used together."
            raise UsageError(Finding(what=what, where="--quiet"))


_details: list[Detail] = [Detail()]


def detail() -> Detail:
    """Return how much the command that runs should say."""
    return _details[-1]


@contextmanager
def of_detail(asked: Detail) -> Iterator[None]:
    """Let everything in the block say as much as is asked for."""
    _details.append(asked)
    try:
        yield
    finally:
        _details.pop()


def set_color(context: click.Context) -> None:
    """Leave colours out where that is asked for: https://no-color.org, any value but none."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks at a stream; one that is closed may be none."""
    return stream is not None and not stream.closed and stream.isatty()


def columns() -> int:
    """Return how wide a terminal is."""
    return shutil.get_terminal_size().columns


def fold(text: str, indent: str = "", *, err: bool = True, hanging: str | None = None) -> str:
    """Return a text in the lines of a terminal; in a pipe, in one line as it is.

    Args:
        indent: what stands before each line.
        err: whether it goes to standard error.
        hanging: what stands before each line but the first, where that differs.
    """
    if not is_terminal(sys.stderr if err else sys.stdout):
        return indent + text
    return textwrap.fill(
        text,
        width=max(columns(), 40),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        # A path or a command is one word, to be copied.
        break_long_words=False,
        break_on_hyphens=False,
    )
