"""All that one call compares."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.comparison.changes import Comparison


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose artifacts a report is of, by which it is told from the reports of others.

    Args:
        project: its name.
        folder: of the project, from the top of its repository; empty for the top itself, and where
            there is no repository.
        targets: that were asked for, by name.
    """

    project: str
    targets: tuple[str, ...]
    folder: str = ""
    env: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """The comparisons of one call.

    Args:
        older: what the artifacts are compared with, for people.
        comparisons: of every artifact, also of those that stay the same.
        notes: what deserves a look though nothing is wrong.
    """

    subject: Subject
    older: str
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()

    @property
    def differing(self) -> tuple[Comparison, ...]:
        """Those that differ."""
        return tuple(item for item in self.comparisons if item.status != "same")
