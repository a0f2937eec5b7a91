"""How the work of a task ended, told by the process that did it to the one that waits for it.

An exit code does not tell: a node, an import or a thread can end its process with any, 0 among
them, before anything was saved. So the work says when it is done, in memory that both share: a
node cannot close that by mistake, as it can a pipe or `stderr`.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import select
import sys
from dataclasses import dataclass

_SIZE = 1 << 20
_OURS = re.compile(r"^shipway: (?!stopped$)", re.MULTILINE)
"""How the last words of a task begin; what comes before them is a traceback. To be stopped is no
error."""
_START = 8
_PATIENCE = 2.5
"""Seconds for which a full pipe may stay full: who reads it may hang, or have been stopped. One
that is not full takes `select.PIPE_BUF` bytes without a wait. Source: library reference,
`select`."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the work ended.

    Args:
        code: the task's exit code.
        words: what is to be said last, in lines.
    """

    code: int
    words: str = ""


class Page:
    """Memory that a process shares with those it forks; each side sees what the other writes."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def write(self, outcome: Outcome) -> None:
        """Tell how the work ended; of a very long text the last part is kept."""
        text = outcome.words.encode("utf-8", "backslashreplace")[_START - _SIZE :]
        self._memory[1:_START] = len(text).to_bytes(_START - 1, "little")
        self._memory[_START : _START + len(text)] = text
        self._memory[0] = outcome.code + 1

    def read(self) -> Outcome | None:
        """Return what was told, or `None` when nothing was."""
        if not self._memory[0]:
            return None
        length = int.from_bytes(self._memory[1:_START], "little")
        text = self._memory[_START : _START + length].decode("utf-8", "replace")
        return Outcome(code=self._memory[0] - 1, words=text)


def say(words: str) -> None:
    """Print to stderr, if there is one; give up when nobody has read from it for some seconds."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        text = f"{_with_levels(words)}\n"
        stderr, rest = sys.stderr.fileno(), text.encode("utf-8", "backslashreplace")
        poll = select.poll()
        poll.register(stderr, select.POLLOUT)
        while rest and poll.poll(_PATIENCE * 1000):
            rest = rest[os.write(stderr, rest[: select.PIPE_BUF]) :]


def _with_levels(words: str) -> str:
    """Put the level before each line of ours, as logged lines have it; a traceback is above them.

    Airflow and Prefect log a line that starts with a level at that level.
    """
    match = _OURS.search(words)
    if match is None:
        return words
    lines = words[match.start() :].splitlines()
    return words[: match.start()] + "\n".join(f"ERROR {line}" for line in lines)
