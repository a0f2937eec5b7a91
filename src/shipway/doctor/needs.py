"""What an artifact refers to by its name: it must be there, and nobody can see it from here."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.targets.surroundings import KnowsSurroundings


def check_needs(subject: TargetSubject) -> Iterator[Result]:
    """List what must be there, once each: secrets, variables, volumes, connections."""
    if not isinstance(subject.exporter, KnowsSurroundings):
        return
    needs = [n for plan in subject.plans for n in subject.exporter.surroundings(plan).needs]
    for need in dict.fromkeys(needs):
        what = need.what[0].upper() + need.what[1:]
        yield note("needs", f"{what} must exist, for {need.why}.", need.where)
    if subject.plans and not needs:
        yield ok("needs", "The artifacts refer to no secret, variable or volume.")
