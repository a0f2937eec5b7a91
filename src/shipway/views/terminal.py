"""A plan drawn on a terminal: a box for each layer, its tasks in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import click

from shipway.planner.plan import Task
from shipway.views.cells import padded, width, wrapped
from shipway.views.changes import Change
from shipway.views.graph import View
from shipway.views.words import change_lines, notes_of, reason_lines, title

_GAP = 3
_INDENT = 4
_NARROWEST = 40
_MARKS: dict[Change, str] = {"added": "+", "removed": "-", "changed": "~"}
_COLORS: dict[Change, str] = {"added": "green", "removed": "red", "changed": "yellow"}


@dataclass(frozen=True, kw_only=True)
class Strokes:
    """The characters that boxes are made of."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    across: str
    down: str
    out: str
    into: str
    after: str
    critical: str


LINES = Strokes(
    top_left="╭",
    top_right="╮",
    bottom_left="╰",
    bottom_right="╯",
    across="─",
    down="│",
    out="┬",
    into="▼",
    after="←",
    critical="●",
)
ASCII = Strokes(
    top_left="+",
    top_right="+",
    bottom_left="+",
    bottom_right="+",
    across="-",
    down="|",
    out="+",
    into="v",
    after="<-",
    critical="*",
)
"""For a terminal whose encoding has no lines."""


def strokes_for(encoding: str | None) -> Strokes:
    """Return the lines that a terminal of that encoding can show."""
    try:
        "".join(vars(LINES).values()).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return LINES


def drawing(view: View, columns: int = 80, strokes: Strokes = LINES) -> str:
    """Return a plan as boxes, one below the other, with colours.

    A task is numbered by its layer and its place in it, so that another can name what it waits for
    in a few characters.

    Args:
        columns: the width of the terminal; a drawing is never wider than that or 80.
    """
    return "".join(f"{line}\n" for line in _Drawing(view, columns, strokes).lines())


class _Drawing:
    def __init__(self, view: View, columns: int, strokes: Strokes) -> None:
        self.view, self.strokes = view, strokes
        self.columns = max(_NARROWEST, min(columns, 80))
        self.inner = self.columns - 4
        self.middle = self.columns // 2
        self.critical = frozenset(view.critical_path.tasks)
        self.number = {
            task.name: (level, place)
            for level, layer in enumerate(view.layers, 1)
            for place, task in enumerate(layer, 1)
        }

    def lines(self) -> Iterator[str]:
        yield from self._text(title(self.view), bold=True)
        for level, layer in enumerate(self.view.layers, 1):
            yield from self._box(level, layer)
        path = f"{self.strokes.critical} critical path: {self.view.critical_path}"
        yield from self._text(path, fg="magenta")
        for line in reason_lines(self.view, with_nodes=True):
            yield from self._text(line)
        for line in change_lines(self.view):
            yield from self._text(line)
        for note in notes_of(self.view):
            yield from self._text(f"note: {note}", fg="yellow")

    def _box(self, level: int, layer: Sequence[Task]) -> Iterator[str]:
        s = self.strokes
        head = f"{s.top_left}{s.across} {level} "
        rest = s.across * (self.columns - len(head) - 1) + s.top_right
        yield self._with_joint(head + rest, s.into) if level > 1 else head + rest
        for line in self._rows(layer):
            yield f"{s.down} {line} {s.down}"
        foot = s.bottom_left + s.across * (self.columns - 2) + s.bottom_right
        yield self._with_joint(foot, s.out) if level < len(self.view.layers) else foot

    def _with_joint(self, line: str, joint: str) -> str:
        return line[: self.middle] + joint + line[self.middle + 1 :]

    def _rows(self, layer: Sequence[Task]) -> Iterator[str]:
        """Put tasks side by side where two fit; else each has lines of its own."""
        words = {task.name: self._words(task) for task in layer}
        longest = max(width(" ".join(parts)) for parts in words.values())
        across = max(1, (self.inner + _GAP) // (longest + _GAP))
        column = (self.inner + _GAP) // across - _GAP
        for start in range(0, len(layer), across):
            cells = [list(self._cell(t, words[t.name], column)) for t in layer[start:][:across]]
            for row in range(max(map(len, cells))):
                line = [cell[row] if row < len(cell) else " " * column for cell in cells]
                blanks = self.inner - column * len(line) - _GAP * (len(line) - 1)
                yield (" " * _GAP).join(line) + " " * blanks

    def _words(self, task: Task) -> list[str]:
        level, place = self.number[task.name]
        digits = len(str(len(self.view.layers[level - 1])))
        number = f"{level}.{str(place).ljust(digits)}"
        change = self.view.changes.tasks.get(task.name)
        critical = self.strokes.critical if task.name in self.critical else " "
        mark = _MARKS[change] if change else critical
        words = [f"{mark} {number}", *task.name.split()]
        if len(task.nodes) > 1:
            words.append(f"({len(task.nodes)} nodes)")
        if task.needs:
            words += [self.strokes.after, *self._numbers(task.needs)]
        return words

    def _cell(self, task: Task, words: list[str], column: int) -> Iterator[str]:
        change = self.view.changes.tasks.get(task.name)
        critical = "magenta" if task.name in self.critical else "cyan"
        color = _COLORS[change] if change else critical
        for row, line in enumerate(wrapped(words, column, _INDENT)):
            text = padded(line, column)
            yield text.replace(task.name, click.style(task.name, fg=color), 1) if not row else text

    def _numbers(self, names: Sequence[str]) -> Iterator[str]:
        """Yield `1.1` for one task, and `1.1-1.9` for more than two that stand in a row."""
        places = sorted(self.number[name] for name in names)
        in_row = groupby(enumerate(places), lambda pair: (pair[1][0], pair[1][1] - pair[0]))
        for _, group in in_row:
            run = [f"{level}.{place}" for _, (level, place) in group]
            yield from [f"{run[0]}-{run[-1]}"] if len(run) > 2 else run

    def _text(self, text: str, **style: Any) -> Iterator[str]:
        start = len(text) - len(text.lstrip())
        for line in wrapped(text.split(), self.columns - start, 2):
            yield click.style(" " * start + line, **style)
