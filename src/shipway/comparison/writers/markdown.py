"""Comparisons as Markdown, to be posted as a comment of a pull request.

GitHub takes 65,536 characters in a comment, GitLab a million: lines of files come last, and those
that do not fit are counted. Source: GitHub Flavored Markdown Spec, Tables and Fenced code blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.comparison.changes import Comparison, FileLines
from shipway.comparison.report import Report, Subject
from shipway.comparison.sentences import Row, rows, status
from shipway.errors import count

_LONGEST = 60_000
_MOST_CHANGES = 50
_TABLE = ("| change | what | what it does |", "|---|---|---|")
_TICKS = re.compile("`+")


def markdown(report: Report) -> Iterator[str]:
    """Yield the lines of a comment."""
    head = [*_head(report)]
    yield from head
    yield from _diffs(report, _LONGEST - sum(len(line) + 1 for line in head))


def _head(report: Report) -> Iterator[str]:
    yield from (_mark(report.subject), "### Shipway: what this does to what is deployed", "")
    yield f"Project {_whose(report.subject)}, compared with {code(report.older)}."
    yield from (f"\n> {code(note)}" for note in report.notes)
    same = len(report.comparisons) - len(report.differing)
    if same:
        yield f"\nNothing changes in {count(same, 'artifact')}."
    for comparison in report.differing:
        yield from _comparison(comparison)


def _mark(subject: Subject) -> str:
    """Return the first line, by which a workflow finds its comment again, to write it anew."""
    where = f" in {subject.folder}" if subject.folder else ""
    env = f", environment {subject.env}" if subject.env else ""
    text = f"shipway diff: {', '.join(subject.targets)}{where}{env}"
    plain = "".join(c if c.isprintable() and c not in "<>&" else f"&#{ord(c)};" for c in text)
    # A comment may not hold `--` (HTML Living Standard, 13.1.6 Comments).
    return f"<!-- {plain.replace('--', '-&#45;')} -->"


def _whose(subject: Subject) -> str:
    where = f" in {code(subject.folder)}" if subject.folder else ""
    env = f", environment {code(subject.env)}" if subject.env else ""
    return f"{code(subject.project)}{where}{env}"


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield ""
    where = f"{code(comparison.pipeline)} on {comparison.target}"
    yield from (f"#### {code(comparison.path)}", "", f"{where}: {status(comparison)}.")
    if comparison.reason:
        yield f"\n{code(comparison.reason)}"
    table = rows(comparison)
    if table:
        yield from ("", *_TABLE, *map(_row, table[:_MOST_CHANGES]))
    if (left := len(table) - _MOST_CHANGES) > 0:
        yield f"\n{count(left, 'more change')}: see `shipway diff`."


def _row(row: Row) -> str:
    title = f"**{row.title}**" if row.is_loss else _title(row.title)
    return f"| {title} | {code(row.what)} | {row.effect} |"


def _title(title: str) -> str:
    """Return words as they are, and the name of a setting as code."""
    return title if title.replace(" ", "").isalpha() else code(title)


def _diffs(report: Report, room: int) -> Iterator[str]:
    left = 0
    for file in (file for comparison in report.differing for file in comparison.files):
        lines = [*_details(file)]
        size = sum(len(line) + 1 for line in lines)
        if size <= room:
            yield from lines
            room -= size
        else:
            left += 1
    if left:
        files = count(left, "file")
        yield f"\nThe lines of {files} are too many for a comment: see `shipway diff`."


def _details(file: FileLines) -> Iterator[str]:
    fence = "`" * max(3, _longest_run(file.diff) + 1)
    yield from ("", "<details>", f"<summary>{html(file.path)}</summary>", "")
    yield from (f"{fence}diff", file.diff.rstrip("\n"), fence, "", "</details>")


def code(text: str) -> str:
    """Return a text as code on one line, which neither Markdown nor HTML can read otherwise."""
    if _is_plain(text):
        fence = "`" * (_longest_run(text) + 1)
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{pad}{text}{pad}{fence}"
    # In a table a `|` ends a cell, also in code; as a number it is no sign of Markdown's.
    return f"<code>{html(text)}</code>"


def html(text: str) -> str:
    """Return a text in which every sign that means something is a number."""
    return "".join(c if c.isalnum() or c in " -./," else f"&#{ord(c)};" for c in text)


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and "|" not in text and text == text.strip()


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
