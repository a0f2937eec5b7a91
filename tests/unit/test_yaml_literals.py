"""What is written as YAML is read back as it was."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.yaml_literals import block, scalar

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
    "Infinity", ".inf", "<<", "a  b", "a ",
]  # fmt: skip


@settings(max_examples=300)
@given(VALUES)
def test_any_value_is_read_back(value: Any) -> None:
    text = block(value)
    assert same(yaml.safe_load(text), value)
    assert same(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), value)


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_stay_texts(text: str) -> None:
    for value in (text, {text: text}, [text, [text]], {"a": {text: [text]}}):
        assert yaml.safe_load(block(value)) == value
    assert "\n" not in scalar(text)


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
