"""The drawing for a terminal, and the list for a pipe."""

from __future__ import annotations

import re

import click
import pytest

from shipway.views.cells import padded, width, wrapped
from shipway.views.terminal import ASCII, LINES, drawing, strokes_for
from shipway.views.words import text
from tests.large import energy_at_scale
from tests.unit.planner.build_ir import node, project
from tests.unit.views.looks import diamond, hostile, view


def plain(drawn: str) -> list[str]:
    return click.unstyle(drawn).splitlines()


def test_it_draws_a_box_for_each_layer() -> None:
    assert plain(drawing(view(diamond()), 60)) == [
        "__default__: 5 nodes in 4 tasks, 3 layers",
        "╭─ 1 ──────────────────────────────────────────────────────╮",
        "│ ● 1.1 in.load__to__clean (2 nodes)                       │",
        "╰─────────────────────────────┬────────────────────────────╯",
        "╭─ 2 ─────────────────────────▼────────────────────────────╮",
        "│ ● 2.1 left ← 1.1               2.2 right ← 1.1           │",
        "╰─────────────────────────────┬────────────────────────────╯",
        "╭─ 3 ─────────────────────────▼────────────────────────────╮",
        "│ ● 3.1 join ← 2.1 2.2                                     │",
        "╰──────────────────────────────────────────────────────────╯",
        "● critical path: 3 tasks in a row; 1 other chain is as long",
        "nodes share a task since data passes between them in memory:",
        "  in.load__to__clean (table) = in.load + in.clean",
    ]


@pytest.mark.parametrize("columns", [10, 40, 79, 80, 200])
def test_no_line_is_wider_than_the_terminal_or_80_columns(columns: int) -> None:
    for of in (energy_at_scale(110), hostile()):
        lines = plain(drawing(view(of), columns))
        assert max(map(width, lines)) <= max(40, min(columns, 80))
        boxes = [line for line in lines if line[0] in "╭│╰"]
        assert {width(line) for line in boxes} == {max(40, min(columns, 80))}


def test_every_task_is_drawn_once() -> None:
    of = view(energy_at_scale(110))
    lines = plain(drawing(of))
    numbers = re.findall(r"[│ ●] (\d+\.\d+) +region", "\n".join(lines))
    assert len(of.plan.tasks) == len(numbers) == len(set(numbers)) == 99


def test_many_in_a_row_are_named_by_the_first_and_the_last() -> None:
    names = [f"n{i}" for i in range(30)]
    nodes = [node(name, "raw", f"of_{name}") for name in names if name != "n7"]
    of = project(*nodes, node("all", " ".join(f"of_{name}" for name in names[1:]), "end"))
    assert any("2.1 all ← 1.2-1.29" in line for line in plain(drawing(view(of))))


def test_a_terminal_without_lines_gets_ascii() -> None:
    assert strokes_for("utf-8") is LINES
    assert strokes_for("latin-1") is strokes_for(None) is strokes_for("no such") is ASCII
    assert drawing(view(diamond()), 60, ASCII).isascii()


def test_in_a_pipe_a_task_is_a_line_and_a_reason_is_given_once() -> None:
    assert text([view(diamond())]).splitlines() == [
        "__default__: 5 nodes in 4 tasks, 3 layers",
        "  in.load__to__clean",
        "      in.load",
        "      in.clean",
        "  left  after in.load__to__clean",
        "  right  after in.load__to__clean",
        "  join  after left, right",
        "  critical path: 3 tasks in a row; 1 other chain is as long",
        "  nodes share a task since data passes between them in memory:",
        "    in.load__to__clean  (table)",
    ]


def test_what_a_text_takes_on_a_terminal() -> None:
    assert [width(text) for text in ("abc", "東京", "e\u0301", "a\tb")] == [3, 4, 1, 2]
    assert padded("東", 4) == "東  "
    assert list(wrapped(["one", "two", "three"], 8, 2)) == ["one two", "  three"]
    assert list(wrapped(["abcdefghij"], 6, 2)) == ["abcd", "  efgh", "  ij"]
