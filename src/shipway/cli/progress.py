"""What a command is at, for people who wait: on a terminal, once a second has passed.

With `--verbose` each step is a line, with the seconds that it took.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from shipway.cli import screen

_PATIENCE = 1.0
"""Seconds; a command that ends sooner says nothing of what it is at."""


class _Line:
    """One line on a terminal, which is gone when the command says something else."""

    def __init__(self) -> None:
        self.text, self.width, self.is_due = "", 0, False
        self.lock = threading.Lock()
        self.timer = threading.Timer(_PATIENCE, self._begin)
        self.timer.daemon = True
        self.timer.start()

    def show(self, text: str) -> None:
        with self.lock:
            self.text = text
            self._draw()

    def end(self) -> None:
        self.timer.cancel()
        with self.lock:
            self.is_due, self.text = False, ""
            self._write("")

    def _begin(self) -> None:
        with self.lock:
            self.is_due = True
            self._draw()

    def _draw(self) -> None:
        if self.is_due and self.text:
            self._write(f"{self.text} …"[: screen.columns() - 1])

    def _write(self, text: str) -> None:
        """Write over the line; blanks and a return need no terminal that knows more."""
        if text or self.width:
            sys.stderr.write(f"\r{text.ljust(self.width)}\r{text}")
            sys.stderr.flush()
            self.width = len(text)


class _Steps:
    """The steps of one command: shown as they begin, told when they end."""

    def __init__(self, line: _Line | None, is_verbose: bool) -> None:
        self.line, self.is_verbose = line, is_verbose
        self.step, self.start = "", time.monotonic()

    def begin(self, step: str) -> None:
        self._tell()
        self.step, self.start = step, time.monotonic()
        if self.line and step:
            self.line.show(step)

    def end(self) -> None:
        if self.line:
            self.line.end()
            self.line = None
        self._tell()
        self.step = ""

    def _tell(self) -> None:
        if self.is_verbose and self.step:
            click.echo(f"{self.step}  {time.monotonic() - self.start:.2f} s", err=True)


_running: list[_Steps] = []


@contextmanager
def steps(*, for_people: bool) -> Iterator[None]:
    """Show the steps of a command.

    Args:
        for_people: whether anything may be shown at all; JSON goes to a machine.
    """
    how = screen.detail()
    is_shown = for_people and not how.quiet and not how.verbose and screen.is_terminal(sys.stderr)
    own = _Steps(_Line() if is_shown else None, how.verbose)
    _running.append(own)
    try:
        yield
    finally:
        own.end()
        _running.pop()


def step(what: str) -> None:
    """Say what the command that runs is at, such as `Reading the project`."""
    if _running:
        _running[-1].begin(what)


def tell(what: str) -> None:
    """Say something that is of interest with `--verbose` alone, after what the step took."""
    step("")
    if screen.detail().verbose:
        click.echo(what, err=True)


def done() -> None:
    """Clear the line, since the command is about to say what came of it."""
    if _running:
        _running[-1].end()
