"""What is wrong in a rendered file, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipway.errors import Finding
from shipway.schemas.document import path_of
from shipway.schemas.problems import Problem

_REMEDY = "Correct the setting or the name that it comes from."


def findings(file: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield a finding for each problem in a file, with its place there."""
    for problem in problems:
        where = f"{file}: {path_of(problem.path)}"
        yield Finding(what=problem.what, where=where, remedy=problem.remedy or _REMEDY)
