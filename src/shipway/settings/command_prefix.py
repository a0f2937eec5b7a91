"""The words before a task's command, but for those that would lose it.

A shell takes one word after `-c` as its script, and all others as its arguments (POSIX,
Shell and Utilities, `sh`). A script that does not use them runs no task, and ends well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.shapes import ListOf
from shipway.settings.value_shapes import TEXT

_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_OPTION = re.compile(r"[-+].+")
_TAKES_A_SCRIPT = re.compile(r"-[A-Za-z]*c")
_ARGUMENTS = re.compile(r"\$\{?[@*]")


@dataclass(frozen=True)
class CommandPrefix:
    """A list of words, read as a tuple; of a shell's script only one that runs what follows."""

    words: ListOf[str] = field(default_factory=lambda: ListOf(TEXT))

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> tuple[str, ...] | None:
        words = self.words.read(value, path, problems)
        if words and _loses_the_command(words):
            what = "The shell would take what follows as arguments of its script, and run no task."
            remedy = """Write `[…, -c, 'exec "$0" "$@"']`, with what comes first before `exec`."""
            problems.append(Problem(path, what, remedy))
            return None
        return words

    def schema(self) -> dict[str, Any]:
        return self.words.schema()


def _loses_the_command(words: Sequence[str]) -> bool:
    places = [i for i, word in enumerate(words) if PurePosixPath(word).name in _SHELLS]
    if not places:
        return False
    rest = list(words[places[-1] + 1 :])
    takes_script = False
    while rest and _OPTION.fullmatch(rest[0]):
        takes_script |= bool(_TAKES_A_SCRIPT.fullmatch(rest.pop(0)))
    return takes_script and not (rest and _ARGUMENTS.search(rest[0]))
