"""A plan as Markdown: a flowchart that GitHub draws, and tables, for a pull request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from shipway.planner.plan import Task
from shipway.views.graph import View
from shipway.views.mermaid import mermaid
from shipway.views.reasons import reasons_of
from shipway.views.task_settings import SettingRow, settings_rows, shared_rows
from shipway.views.words import notes_of, title


def markdown(views: Sequence[View]) -> str:
    """Return a section for each plan."""
    return "\n".join("".join(f"{line}\n" for line in _section(view)) for view in views)


def _section(view: View) -> Iterator[str]:
    yield from (f"## {_escaped(title(view))}", "")
    yield from ("```mermaid", mermaid([view]).rstrip("\n"), "```", "")
    path = ", ".join(map(code, view.critical_path.tasks))
    yield from (f"Critical path ({view.critical_path}): {path}", "")
    # What would otherwise stand in each row of the table.
    shared = _settings(shared_rows(view.plan.tasks))
    if shared:
        yield from (f"Every task has {', '.join(shared)}.", "")
    rows = [_task(task, shared) for task in view.plan.tasks]
    yield from _table(["task", "nodes", "after", "own settings"], rows)
    yield from _handoffs(view)
    yield from _reasons(view)
    yield from _changes(view)
    for note in notes_of(view):
        yield from ("", f"> {_escaped(note)}")


def _settings(rows: Iterable[SettingRow]) -> list[str]:
    return [f"{code(row.name)} {code(row.value)}" for row in rows]


def _task(task: Task, shared: Sequence[str]) -> list[str]:
    settings = [row for row in _settings(settings_rows(task.settings)) if row not in shared]
    return [
        code(task.name),
        "<br>".join(code(node.name) for node in task.nodes),
        "<br>".join(map(code, task.needs)),
        "<br>".join(settings),
    ]


def _handoffs(view: View) -> Iterator[str]:
    handoffs = view.plan.handoffs
    if handoffs:
        rows = [
            [code(h.dataset), h.kind, code(h.writer), "<br>".join(map(code, h.readers))]
            for h in handoffs
        ]
        yield ""
        yield from _table(["dataset", "kind", "written by", "read by"], rows)


def _reasons(view: View) -> Iterator[str]:
    for reason in reasons_of(view.plan.tasks):
        yield from ("", f"Nodes share a task since {_escaped(reason.text)}:", "")
        for task, names in reason.tasks.items():
            yield f"- {code(task)}" + (f": {', '.join(map(code, names))}" if names else "")


def _changes(view: View) -> Iterator[str]:
    changes = view.changes
    if changes.tasks or changes.edges:
        yield from ("", "What has changed:", "")
    for name, change in changes.tasks.items():
        details = "; ".join(map(_escaped, changes.details.get(name, ())))
        yield f"- {code(name)} {change}" + (f": {details}" if details else "")
    for (source, target), change in changes.edges.items():
        yield f"- {code(target)} after {code(source)}: {change}"


def _table(head: list[str], rows: Sequence[list[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """Return a text as code, also within a table; a line's end becomes a blank."""
    text = re.sub(r"\s", " ", text).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _escaped(text: str) -> str:
    """Leave code as it is, and take the meaning from what is markup outside of it."""
    parts = re.split(r"(`[^`]*`)", re.sub(r"\s", " ", text))
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\<>*_\[\]#|&])", r"\\\1", part)
        for part in parts
    )
