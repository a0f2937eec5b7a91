"""Comparisons for a terminal or a pipe: what a change does first, then the lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from shipway.comparison.changes import Comparison, FileLines
from shipway.comparison.report import Report
from shipway.comparison.sentences import Row, rows, status
from shipway.errors import count

_WIDTH = 80
_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def text(report: Report) -> Iterator[str]:
    """Yield the lines of a report, with colours that `click.echo` leaves out in a pipe."""
    yield from changes(report)
    for comparison in report.differing:
        for file in comparison.files:
            yield ""
            yield from _lines(file)


def changes(report: Report) -> Iterator[str]:
    """Yield what a terminal shows before the lines of the files."""
    yield f"Compared with {report.older}."
    for comparison in report.differing:
        yield ""
        yield from _comparison(comparison)
    if same := len(report.comparisons) - len(report.differing):
        yield from ("", f"Nothing changes in {count(same, 'artifact')}.")


def _comparison(comparison: Comparison) -> Iterator[str]:
    path = click.style(comparison.path, bold=True)
    yield f"{path}  {comparison.pipeline} on {comparison.target}: {status(comparison)}"
    if comparison.reason:
        yield from _wrapped(f"{comparison.reason}.", "  ")
    for row in rows(comparison):
        yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    head = f"  {row.title}: "
    first, *others = _wrapped(f"{head}{row.what}", "", "      ")
    if first.startswith(head):
        first = click.style(head, fg="yellow" if row.is_loss else "cyan") + first[len(head) :]
    yield from (first, *others)
    if row.is_loss:
        yield from _wrapped(row.effect, "      ")


def _wrapped(line: str, indent: str, later: str = "") -> list[str]:
    return textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=later or indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _lines(file: FileLines) -> Iterator[str]:
    for line in file.diff.splitlines():
        yield click.style(_printable(line), fg=_COLORS.get(line[:1]))


def _printable(line: str) -> str:
    """Return a line without what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\t" else f"\\x{ord(c):02x}" for c in line)
