"""Every error that Shipway raises on purpose, each kind with its exit code.

Exit codes: 0 done; 1 a check failed; 2 wrong usage or settings; 3 the project cannot be read;
4 the plan is not possible; 5 the target cannot express it; 6 a file cannot be written;
7 a task finds another pipeline than the exported one; 70 a bug of Shipway's own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to tell the user: what is wrong, where, and what to do about it.

    Args:
        what: one sentence, with the reason in it.
        where: file and line, setting path, node or dataset; `None` when there is no place.
        remedy: what the user can do.
    """

    what: str
    where: str | None = None
    remedy: str | None = None


class ShipwayError(Exception):
    """The base of all errors that are reported without a traceback."""

    exit_code: ClassVar[int] = 70
    kind: ClassVar[str] = "error"

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.what for finding in findings))
        self.findings = findings


class CheckFailed(ShipwayError):
    """`--check` found a file that is missing, stale or edited by hand; `doctor` found a problem."""

    exit_code = 1
    kind = "check failed"


class UsageError(ShipwayError):
    """The command line asks for something that does not exist."""

    exit_code = 2
    kind = "wrong usage"


class SettingsError(ShipwayError):
    """`deploy.yml` holds unknown or malformed values."""

    exit_code = 2
    kind = "wrong settings"


class ProjectError(ShipwayError):
    """The Kedro project, or a snapshot of one, cannot be read."""

    exit_code = 3
    kind = "project cannot be read"


class PlanError(ShipwayError):
    """No plan computes what `kedro run` computes."""

    exit_code = 4
    kind = "no plan is possible"


class UnsupportedError(ShipwayError):
    """The target cannot express a setting."""

    exit_code = 5
    kind = "the target cannot express it"


class OutputError(ShipwayError):
    """A file cannot be written."""

    exit_code = 6
    kind = "a file cannot be written"


class DriftError(ShipwayError):
    """The installed pipeline is not the one that the task was exported from."""

    exit_code = 7
    kind = "the pipeline is not the exported one"


class InternalError(ShipwayError):
    """Shipway broke one of its own promises. This is always a bug."""

    exit_code = 70
    kind = "a bug in Shipway"


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name most like `name`, or `None` when none is close."""
    close = difflib.get_close_matches(name, list(candidates), n=1, cutoff=cutoff)
    return close[0] if close else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return a remedy that names the nearest known name, or else lists the first few."""
    names = sorted(candidates)
    if close := nearest(name, names):
        return f"Did you mean `{close}`?"
    if not names:
        return None
    listing = ", ".join(f"`{known_name}`" for known_name in names[:8])
    return f"Known: {listing}{', …' if len(names) > 8 else ''}."


def count(number: int, what: str) -> str:
    """Return `1 node`, `2 nodes`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
