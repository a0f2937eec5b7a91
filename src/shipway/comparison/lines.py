"""How files differ line by line, without secrets."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from shipway.comparison.changes import FileLines
from shipway.secrecy import holds_credentials

_HIDDEN = "… (hidden: this line holds credentials)"


def lines_of(
    before: Mapping[str, str], after: Mapping[str, str], folder: str
) -> Iterator[FileLines]:
    """Yield the files that differ, by path; one that is missing on a side is empty there."""
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            place = f"{folder}/{path}"
            yield FileLines(path=place, diff=unified(place, old or "", new or ""))


def unified(path: str, before: str, after: str) -> str:
    """Return a unified diff, each line of it ended; nothing for the same texts."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{path} (before)", f"{path} (after)", lineterm=""
    )
    return "".join(f"{without_secret(line)}\n" for line in lines)


def without_secret(line: str) -> str:
    """Return a line of a diff, or what is shown in its place where somebody wrote a secret in."""
    return f"{line[:1]}{_HIDDEN}" if holds_credentials(line[1:]) else line
