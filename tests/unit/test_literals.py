"""Python literals: they mean the value, and a formatter finds nothing to change."""

from __future__ import annotations

import ast
import itertools
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.artifacts.python_literals import (
    LONGEST,
    Call,
    Code,
    arguments,
    columns,
    escaped,
    literal,
    string,
)

TEXT = st.text(st.characters() | st.sampled_from("\"'\\\n\r\t {}$"), max_size=150)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON, st.integers(0, 8))
def test_a_literal_is_its_value(value: Any, level: int) -> None:
    read = ast.literal_eval(literal(value, indent=4 * level, before=4 * level))
    assert repr(read) == repr(value)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_text_inside_of_double_quotes(text: str) -> None:
    assert ast.literal_eval(f'"{escaped(text)}"') == text
    assert ast.literal_eval(f'"""{escaped(text)}"""') == text
    assert ast.literal_eval(string(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_source_is_printable_utf8(text: str) -> None:
    source = string(text)
    assert source.isprintable()
    assert source.encode("utf-8").decode("utf-8") == source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("both ' and \"", '"both \' and \\""'),
        ('one \' two ""', "'one \\' two \"\"'"),
        ("C:\\new", '"C:\\\\new"'),
        ("a\nb\tc\rd", '"a\\nb\\tc\\rd"'),
        ("\0\x1b\x7f\x85\xa0", '"\\x00\\x1b\\x7f\\x85\\xa0"'),
        ("\u2028\u200b\ufeff", '"\\u2028\\u200b\\ufeff"'),
        ("\ud800", '"\\ud800"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("naïve 中文 🎉", '"naïve 中文 🎉"'),
    ],
)
def test_strings(text: str, source: str) -> None:
    assert string(text) == source
    assert ast.literal_eval(source) == text


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (-0.0, "-0.0"),
        (1e308, "1e308"),
        (1e22, "1e22"),
        (5e-324, "5e-324"),
        (-1e-07, "-1e-07"),
        (1.0, "1.0"),
        (True, "True"),
        (None, "None"),
        (10**40, "1" + "0" * 40),
        ([], "[]"),
        ({}, "{}"),
        ((), "()"),
        (("a",), '("a",)'),
        ((1, [2, (3, 4)]), "(1, [2, (3, 4)])"),
        (Code("name"), "name"),
        (Call("f"), "f()"),
        (Call("f", (1, Call("g", (), (("x", Code("y")),))), (("z", {}),)), "f(1, g(x=y), z={})"),
    ],
)
def test_one_line(value: Any, source: str) -> None:
    assert literal(value) == source


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), {1}, b"", object()])
def test_what_has_no_literal(value: Any) -> None:
    with pytest.raises(TypeError, match="has no literal"):
        literal([value])


def test_several_lines() -> None:
    value = Call("f", ([1, 2], "x" * 80), (("named", {"k": "v " * 60}),))
    assert literal(value, indent=4, before=8).splitlines() == [
        "f(",
        "        [1, 2],",
        f'        "{"x" * 80}",',
        "        named={",
        '            "k": (',
        f'                "{"v " * 34}"',
        f'                "{"v " * 26}"',
        "            ),",
        "        },",
        "    )",
    ]


def test_text_is_cut_after_lines_and_at_blanks_and_not_inside_of_escapes() -> None:
    text = "first line\n" + "back\\slash\t" * 4 + "quote\" and ' " * 12 + "\n\nlast"
    lines = literal(text, 4, 10).splitlines()[1:-1]
    assert ast.literal_eval(lines[0].strip()) == "first line\n"
    assert "".join(ast.literal_eval(line.strip()) for line in lines) == text


def test_columns() -> None:
    assert columns("abc") == 3
    assert columns("中文") == 4
    assert columns("e\u0301🎉") == 3


WORDS = st.lists(st.text("abcé\"'\\", min_size=1, max_size=12), max_size=40).map(" ".join)
PLAIN = st.recursive(
    WORDS | st.integers(0, 10**9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=9), inner),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_lines_are_short(value: Any) -> None:
    lines = literal(value, 4, 10).split("\n")
    assert [line for line in lines if columns(line) > LONGEST] == []


def test_a_long_word_stays_whole() -> None:
    assert literal("x" * 200, 4, 10) == f'"{"x" * 200}"'
    assert f'"{"x" * 200} "' in literal("a " + "x" * 200 + " b", 4, 10)


ALPHABETS = ("abcdef", "ab'\"\\ \n\t{}", "é中文字🎉\u0301\u2028\0 ")


def _text(chance: random.Random) -> str:
    if chance.random() < 0.5:
        words = ["".join(chance.choices("abcdefgh", k=chance.randint(1, 12))) for _ in range(40)]
        return " ".join(words[: chance.choice([1, 1, 2, 5, 12, 40])])
    return "".join(chance.choices(chance.choice(ALPHABETS), k=chance.choice([3, 20, 70, 150])))


def _value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.random()
    if depth > 3 or kind < 0.5:
        return _text(chance)
    if kind < 0.6:
        return chance.choice([1, -0.0, 1e308, 1e-7, 1e22, True, None, 10**30])
    count = chance.randint(0, 5)
    if kind < 0.75:
        return [_value(chance, depth + 1) for _ in range(count)]
    if kind < 0.9:
        return {_text(chance): _value(chance, depth + 1) for _ in range(count)}
    items = tuple(("name", _value(chance, depth + 1)) for _ in range(min(count, 1)))
    return Call("timedelta", (_text(chance),), items)


def _corpus() -> Iterator[Any]:
    for length in range(70, 101):
        yield from (
            "x" * length,
            "ab " * (length // 3) + "c" * (length % 3),
            ["y" * 30, "z" * (length - 45)],
        )
        yield {"k" * (length - 30): "some words", "l": {"m" * (length - 20): [1, 2]}}
        yield Call("f", ("w " * (length // 2),), (("n", "中" * (length // 2)),))
    chance = random.Random(20261122)
    yield from (_value(chance) for _ in range(250))


@pytest.mark.parametrize("length", [88, 100])
def test_a_formatter_finds_nothing_to_change(tmp_path: Path, length: int) -> None:
    names = itertools.cycle(["a", "name", "a_long_argument"])
    calls = (
        f"x = f(\n{arguments([(name, v)], 4)}\n)\n"
        for name, v in zip(names, _corpus(), strict=False)
    )
    file = tmp_path / "generated.py"
    file.write_text("".join(calls), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff"]
    process = subprocess.run(
        [*command, "--line-length", str(length), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout) == (0, ""), process.stdout + process.stderr
