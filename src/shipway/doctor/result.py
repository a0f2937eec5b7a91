"""What one check has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shipway.errors import Finding

Level = Literal["ok", "note", "problem"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of a diagnosis.

    Args:
        check: the name of the check.
        level: `ok` where all is well, `note` where something deserves a look or must be there where
            nobody can see it from here, `problem` where an export or a run would fail.
        what: one sentence.
        where: file, setting, or dataset; `None` when there is no place.
        remedy: what to do.
    """

    check: str
    level: Level
    what: str
    where: str | None = None
    remedy: str | None = None


def ok(check: str, what: str) -> Result:
    """Return that all is well."""
    return Result(check=check, level="ok", what=what)


def note(check: str, what: str, where: str | None = None, remedy: str | None = None) -> Result:
    """Return what deserves a look."""
    return Result(check=check, level="note", what=what, where=where, remedy=remedy)


def problem(check: str, finding: Finding) -> Result:
    """Return what an error says."""
    return Result(
        check=check,
        level="problem",
        what=finding.what,
        where=finding.where,
        remedy=finding.remedy,
    )
