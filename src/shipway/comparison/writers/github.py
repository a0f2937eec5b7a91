"""Comparisons as annotations of GitHub Actions, a workflow command a change.

Of each level GitHub shows the first ten of a step, which by rank are those that count. The lines of
the files are not printed: a runner obeys any line of a log that looks like a command.
Source: GitHub Docs, Workflow commands for GitHub Actions; actions/toolkit, `core/src/command.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipway.comparison.changes import Comparison
from shipway.comparison.report import Report
from shipway.comparison.sentences import rows, status

_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def github(report: Report) -> Iterator[str]:
    """Yield a workflow command for each change, and a notice where nothing changes."""
    if not report.differing:
        yield _command("notice", f"Nothing changes, compared with {report.older}.", "Shipway")
    for note in report.notes:
        yield _command("notice", note, "Shipway")
    for comparison in report.differing:
        yield from _comparison(comparison)


def _comparison(comparison: Comparison) -> Iterator[str]:
    if comparison.reason:
        what = f"{status(comparison)}: {comparison.reason}."
        yield _command("warning", what, comparison.pipeline, comparison.path)
    for row in rows(comparison):
        level = "warning" if row.is_loss else "notice"
        name = f"{comparison.pipeline} on {comparison.target}: {row.title}"
        yield _command(level, f"{row.what} ({row.effect})", name, comparison.path)


def _command(level: str, message: str, name: str, path: str | None = None) -> str:
    properties = {"file": path, "title": name}
    pairs = (f"{key}={_escaped(text, _PROPERTY)}" for key, text in properties.items() if text)
    return f"::{level} {','.join(pairs)}::{_escaped(message, _DATA)}"


def _escaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for char, escape in escapes:
        text = text.replace(char, escape)
    return text
