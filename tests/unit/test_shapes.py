"""Shapes: what they read, what they refuse and where, and their JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shipway.schemas.problems import Problem, display
from shipway.schemas.records import Either, Field, Record, is_list, is_mapping
from shipway.schemas.shapes import (
    Anything,
    Choice,
    Flag,
    ListOf,
    MapOf,
    Number,
    Parsed,
    Shape,
    Text,
    Whole,
    anything,
)


def _upper(value: Any) -> str:
    if isinstance(value, str) and value.isupper():
        return value.lower()
    raise ValueError(f"{display(value)} is not loud.\nShout.")


LOUD = Parsed(_upper, {"type": "string", "pattern": "^[A-Z]+$"})
PLACE = Record(
    {"at": Field(Text(r"/.*", "a path")), "now": Field(Flag()), "since": Field(Text())},
    "a place",
    one_of=("at", "now"),
    needs=(("now", "since"),),
)
HOME = Record({"address": Field(Record({"city": Field(Text())}))}, "a home")
OWNER = Record({"name": Field(Text(), required=True), "age": Field(Whole(1))}, "an owner")


def _read(shape: Shape[Any], value: Any) -> tuple[Any, list[Problem]]:
    problems: list[Problem] = []
    return shape.read(value, ("top",), problems), problems


@pytest.mark.parametrize(
    ("shape", "value", "read"),
    [
        (Text(), "", ""),
        (Text(r"\d+", "digits"), "12", "12"),
        (LOUD, "HEY", "hey"),
        (Whole(2), 2, 2),
        (Number(0.5), 1, 1.0),
        (Flag(), False, False),
        (Choice(("a", "b")), "b", "b"),
        (Choice(("3", "3.1")), 3.1, "3.1"),
        (Choice(("3", "3.1")), 3, "3"),
        (ListOf(Whole()), [], ()),
        (ListOf(Whole(), least=1), [3], (3,)),
        (MapOf(Whole()), {"a": 1}, {"a": 1}),
        (MapOf(Flag(), "[a-z]+", "a word"), {"a": False}, {"a": False}),
        (OWNER, {"name": "x"}, {"name": "x"}),
        (PLACE, {"at": "/x"}, {"at": "/x"}),
        (PLACE, {"now": True, "since": "x"}, {"now": True, "since": "x"}),
        (PLACE, {"now": False}, {"now": False}),
        (Either(((is_list, ListOf(Whole())), (anything, Flag()))), [1], (1,)),
        (Either(((is_mapping, OWNER), (anything, Flag()))), True, True),
        (Anything(), [None], [None]),
    ],
)
def test_what_is_read(shape: Shape[Any], value: Any, read: Any) -> None:
    assert _read(shape, value) == (read, [])
    assert Draft202012Validator(shape.schema()).is_valid(value)


@pytest.mark.parametrize(
    ("shape", "value", "at", "what", "remedy"),
    [
        (Text(), 1, (), "`1` is not text.", "Put it in quotes."),
        (Text(r"\d+", "digits"), "12\n", (), "`12\n` is not digits.", None),
        (Text(r"\d+", "digits"), "٣", (), "`٣` is not digits.", None),
        (LOUD, "hey", (), "`hey` is not loud.", "Shout."),
        (Whole(2), 1, (), "`1` is not a whole number of at least 2.", None),
        (Whole(), True, (), "`true` is not a whole number of at least 0.", None),
        (Whole(), 1.0, (), "`1.0` is not a whole number of at least 0.", None),
        (Number(1), 0.9, (), "`0.9` is not a number of at least 1.", None),
        (Number(), True, (), "`true` is not a number of at least 0.", None),
        (Number(), float("inf"), (), "`inf` is not a number of at least 0.", None),
        (Number(), float("nan"), (), "`nan` is not a number of at least 0.", None),
        (Flag(), 0, (), "`0` is neither true nor false.", None),
        (Flag(), "yes", (), "`yes` is neither true nor false.", None),
        (Choice(("fuse", "store")), "stroe", (), "`stroe` is not", "Did you mean `store`?"),
        (Choice(("4.0", "4.1")), 4.2, (), "`4.2` is not", "Did you mean"),
        (Choice(("fuse", "store")), [], (), "A list is not among", "Known: `fuse`, `store`."),
        (ListOf(Whole()), {}, (), "A mapping is not a list.", None),
        (ListOf(Whole()), (1,), (), "is not a list.", "Write"),
        (ListOf(Whole()), [0, None], (1,), "nothing is not a whole number", None),
        (ListOf(Whole(), least=1), [], (), "The list is empty.", None),
        (MapOf(Whole()), [], (), "A list is not a mapping.", "Write `{NAME: …}`."),
        (MapOf(Whole()), {"a": "b"}, ("a",), "`b` is not a whole number", None),
        (MapOf(Whole()), {1: 1}, ("1",), "`1` is not a name.", "in quotes"),
        (MapOf(Whole(), "[a-z]+", "a word"), {"A": 1}, ("A",), "`A` is not a word.", "None"),
        (MapOf(Whole()), {"a": None}, ("a",), "`a` has no value.", "drop the key"),
        (OWNER, "x", (), "`x` is not a mapping.", "Write `{name: …}`."),
        (PLACE, [], (), "A list is not a mapping.", "`{at: …}`"),
        (OWNER, {}, (), "`name` is missing in an owner.", None),
        (OWNER, {"name": "x", "nam": 1}, ("nam",), "`nam` is unknown in an owner.", "`name`"),
        (
            HOME,
            {"city": "x"},
            ("city",),
            "`city` is unknown in a home.",
            "stands under `address`: `address: {city: …}`.",
        ),
        (ListOf(Text()), "x", (), "`x` is not a list.", "Write `[…]`"),
        (ListOf(OWNER), {"name": "x"}, (), "A mapping is not a list.", "Write `[{…}]`"),
        (ListOf(Text()), {"name": "x"}, (), "A mapping is not a list.", None),
        (Text("a+", "some a"), "", (), '`""` is not some a.', None),
        (Whole(), 2**31, (), "is more than 2,147,483,647", None),
        (OWNER, {"name": "x", True: 1}, ("True",), "`True` is unknown", "Known"),
        (OWNER, {"name": None}, ("name",), "`name` has no value.", "Write one"),
        (OWNER, {"name": "x", "age": 0}, ("age",), "`0` is not", None),
        (PLACE, {}, (), "A place has either `at` or `now`.", None),
        (PLACE, {"at": "/", "now": False}, (), "A place has either `at` or `now`.", None),
        (PLACE, {"now": True}, ("now",), "`now` needs `since` beside it.", None),
        (Either(((is_list, ListOf(Whole())), (anything, Flag()))), 1, (), "`1` is neither", None),
    ],
)
def test_what_is_refused(
    shape: Shape[Any], value: Any, at: tuple[Any, ...], what: str, remedy: str | None
) -> None:
    _, (problem,) = _read(shape, value)
    assert problem.path == ("top", *at)
    assert what in problem.what
    assert (remedy or "None") in str(problem.remedy)


def test_all_problems_are_told() -> None:
    shape = MapOf(OWNER)
    read, problems = _read(shape, {"a": {"nme": 1, "age": "x"}, "b": 1, "c": {"name": "ok"}})
    assert len(problems) == 4
    assert read["c"] == {"name": "ok"}


def test_schema_of_a_record() -> None:
    record = Record({"a": Field(Whole(1), "what a is", required=True)}, one_of=("a",))
    assert record.schema() == {
        "type": "object",
        "properties": {
            "a": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "description": "what a is"}
        },
        "additionalProperties": False,
        "required": ["a"],
        "oneOf": [{"required": ["a"]}],
    }


@pytest.mark.parametrize(
    ("value", "at", "text"),
    [
        (None, (), "nothing"),
        ({"a": 1}, (), "A mapping"),
        ([1], (), "A list"),
        ("x" * 58, (), f"`{'x' * 58}`"),
        ("x" * 59, (), f"`{'x' * 56}…`"),
        ("hunter2", ("env", "DB_PASSWORD", 0), "The value (not shown, as it may be a secret)"),
        ("pg://me:hunter2@h", (), "The value (not shown, as it looks like a secret)"),
        ("hunter2", ("env", "max_tokens"), "`hunter2`"),
    ],
)
def test_what_a_message_shows(value: Any, at: tuple[str | int, ...], text: str) -> None:
    assert display(value, at) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.sampled_from("aB/"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["at", "now", "since", "name", "age", "x"]), inner)
    ),
    max_leaves=6,
)
SHAPES = (PLACE, OWNER, MapOf(OWNER), ListOf(PLACE, least=1), LOUD, Number(1), Whole(1), Flag())


@settings(max_examples=200, deadline=None)
@given(JSON, st.sampled_from(SHAPES))
def test_reader_and_schema_agree(value: Any, shape: Shape[Any]) -> None:
    _, problems = _read(shape, value)
    whole_floats = (isinstance(value, float) and value.is_integer()) or ".0" in str(value)
    if not whole_floats:  # which are integers to a JSON Schema
        assert (not problems) == Draft202012Validator(shape.schema()).is_valid(value)
