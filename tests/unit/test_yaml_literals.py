"""What is written as YAML is read back as it was."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.artifacts.yaml_literals import Alias, Anchored, block, scalar

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
HARD = [
    "", " ", "a b", "no", "On", "NULL", "~", "1", "1e3", "0x1f", "1_000", "12:30", "2026-01-31",
    "=", "a:b", "a:", "a: b", "http://x", "a::b",
    "- a", "a: b", "a #b", "{{ x }}", "'", '"', "\\", "!tag", "&a", "*a", "|", ">", "%", "@", "`",
    "a\nb", "\t", "\x7f", "\x85", "\u2028", "\ufeff", "\ud7ff", "ü", "漢", "🚢",
    "Infinity", ".inf", "<<", "a  b", "a ", '{"a": "b"}', "\\d", "'\\", '"\n', '"\t', "a\nb\n",
]  # fmt: skip
LINES = [
    "a\nb", "a\nb\n", "a\n\n b: # c\n- d\n---\n...\n", "# a\nb", "|\n>", "ü\n🚢", "&a\n*b",
    "%YAML\nx",
]  # fmt: skip
NO_LINES = [
    "a\n", "\na", " a\nb", "a \nb", "a\nb\n\n", "a\n\tb", "a\r\nb", "a\n\x85b", "a\n\u2028b",
    "\n", "a\nb ", "a\n\ufeffb",
]  # fmt: skip


@settings(max_examples=300)
@given(VALUES)
def test_any_value_is_read_back(value: Any) -> None:
    text = block(value) + "\n"
    assert same(yaml.safe_load(text), value)
    assert same(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), value)


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_stay_texts(text: str) -> None:
    for value in (text, {text: text}, [text, [text]], {"a": {text: [text]}}):
        assert yaml.safe_load(block(value) + "\n") == value
    assert "\n" not in scalar(text)


@pytest.mark.parametrize("text", LINES)
def test_a_text_of_several_lines_stands_as_such(text: str) -> None:
    for value in ({"a": {"b": text, "c": 1}}, [text, [text]], {"a": [{"b": text}]}):
        file_list = block(value, 2) + "\n"
        assert yaml.safe_load(file_list) == value
        assert ("|\n" if text[-1] == "\n" else "|-\n") in file_list
        assert [line for line in file_list.split("\n") if line != line.rstrip()] == []


@pytest.mark.parametrize("text", NO_LINES)
def test_but_not_where_an_end_would_not_be_seen(text: str) -> None:
    assert yaml.safe_load(block({"a": text})) == {"a": text}
    assert "\n" not in block({"a": text})


def test_single_quotes_save_escapes() -> None:
    assert scalar('--nodes={"a": "b -> c"}') == """'--nodes={"a": "b -> c"}'"""
    assert scalar('it\'s a "b"') == '"it\'s a \\"b\\""'


def test_anchors_and_aliases() -> None:
    value = {
        "a": Anchored("x", {"k": [1, 2], "m": {"r": {"o": 1}, "p": 2}}),
        "b": Alias("x"),
        "c": Anchored("y", [1, 2]),
        "d": {"e": Alias("y"), "f": Anchored("z", "g\nh")},
        "i": [Alias("y"), Anchored("l", {"q": [[1], [2]]})],
    }
    assert block(value) == (
        "a: &x\n"
        "  k: [1, 2]\n"
        "  m:\n"
        "    r: {o: 1}\n"
        "    p: 2\n"
        "b: *x\n"
        "c: &y [1, 2]\n"
        "d:\n"
        "  e: *y\n"
        "  f: &z |-\n"
        "    g\n"
        "    h\n"
        "i:\n"
        "  - *y\n"
        "  - &l\n"
        "    q:\n"
        "      - [1]\n"
        "      - [2]"
    )
    assert yaml.safe_load(block(value))["i"] == [[1, 2], {"q": [[1], [2]]}]


def test_a_file_reads_as_if_written_by_hand() -> None:
    value = {
        "name": "energy",
        "image": "ghcr.io/acme/energy:1.4.0",
        "args": ["--task", "train_model", "a sentence (of words), and more", "x" * 50],
        "empty": {},
        "none": [],
        "input": {"runtimeValue": {"constant": "{{$.x}}"}},
        "tasks": [{"name": "a", "needs": ["b", "c"]}, {"name": "true"}, ["a, b", "c"]],
    }
    assert block(value, 2) == (
        "  name: energy\n"
        "  image: ghcr.io/acme/energy:1.4.0\n"
        "  args:\n"
        '    - "--task"\n'
        "    - train_model\n"
        "    - a sentence (of words), and more\n"
        f"    - {'x' * 50}\n"
        "  empty: {}\n"
        "  none: []\n"
        '  input: {runtimeValue: {constant: "{{$.x}}"}}\n'
        "  tasks:\n"
        "    - name: a\n"
        "      needs: [b, c]\n"
        '    - {name: "true"}\n'
        '    - ["a, b", c]'
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1}, b"x", object()])
def test_what_json_has_not_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        block([value])


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal types all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
