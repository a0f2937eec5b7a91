"""Shapes of plain data: one description gives the check, the typed value and the JSON Schema.

A shape reads a value, adds what is wrong to a list instead of raising, and goes on, so that all
mistakes of a document are reported at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from shipway.errors import did_you_mean
from shipway.schemas.problems import DocumentPath, Problem, display, is_secret

T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
INT32 = 2**31 - 1
"""The largest number that servers keep: Kubernetes, Databricks, the database of Airflow."""


class Shape(Protocol[T_co]):
    """What a value must look like.

    `read` returns the typed value, or `None` after it has added a problem. `schema` is the JSON
    Schema (draft 2020-12) that says the same.
    """

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> T_co | None: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Text:
    """A string, of a pattern where one is given."""

    pattern: str | None = None
    like: str = "text"

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> str | None:
        if isinstance(value, str) and (
            # ASCII, since JSON Schema's `\d` and `\w` know no others (ECMA-262).
            self.pattern is None or re.fullmatch(self.pattern, value, re.ASCII)
        ):
            return value
        is_other = isinstance(value, (bool, int, float))
        remedy = "Put it in quotes." if is_other and self.pattern is None else None
        problems.append(Problem(path, f"{display(value, path)} is not {self.like}.", remedy))
        return None

    def schema(self) -> dict[str, Any]:
        # JSON Schema searches, so a pattern of a whole text needs both ends; and a group, since
        # `^a|b$` would be two patterns.
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", **pattern}


@dataclass(frozen=True)
class Parsed(Generic[R]):
    """A value that a function turns into another; its `ValueError` is the problem's text."""

    parse: Callable[[Any], R]
    json_schema: Mapping[str, Any]

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> R | None:
        try:
            return self.parse(value)
        except ValueError as error:
            # The first line of such an error says what is wrong, the second the remedy.
            what, _, remedy = str(error).partition("\n")
            if is_secret(value, path):
                what = f"{display(value, path)} cannot be read."
            problems.append(Problem(path, what, remedy or None))
            return None

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


@dataclass(frozen=True)
class Whole:
    """A whole number of at least `least`, and no larger than servers keep one."""

    least: int = 0
    most: int = INT32

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= self.least
        if is_whole and value <= self.most:
            return int(value)
        what = f"{display(value, path)} is not a whole number of at least {self.least}."
        if is_whole:
            what = f"{display(value, path)} is more than {self.most:,}, the most that servers keep."
        problems.append(Problem(path, what, _unquote(value)))
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Number:
    """A number of at least `least`."""

    least: float = 0

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> float | None:
        if is_finite(value) and value >= self.least:
            return float(value)
        what = f"{display(value, path)} is not a number of at least {self.least}."
        problems.append(Problem(path, what, _unquote(value)))
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.least}


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> bool | None:
        if isinstance(value, bool):
            return value
        remedy = _unquote(value)
        shown = f"The text {display(value, path)}" if remedy else display(value, path)
        what = f"{shown} is neither true nor false."
        problems.append(Problem(path, what, remedy))
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice:
    """One of a few words; of one such as `4.1` YAML makes a number, which is read as that word.

    Args:
        hint: what to write instead of a value that is none of them, where it is plain what is
            meant.
    """

    words: tuple[str, ...]
    hint: Callable[[Any], str | None] = field(default=lambda _value: None, compare=False)

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> str | None:
        text = str(value) if is_finite(value) else value
        if isinstance(text, str) and text in self.words:
            return text
        what = f"{display(value, path)} is not among the choices."
        remedy = self.hint(value) or did_you_mean(str(value), self.words)
        problems.append(Problem(path, what, remedy))
        return None

    def schema(self) -> dict[str, Any]:
        numbers = {float(word): None for word in self.words if _NUMBER.fullmatch(word)}
        whole = (int(number) if number.is_integer() else number for number in numbers)
        return {"enum": [*self.words, *whole]}


def _faults(shape: Shape[Any], value: Any, path: DocumentPath) -> list[Problem]:
    problems: list[Problem] = []
    shape.read(value, path, problems)
    return problems


@dataclass(frozen=True)
class ListOf(Generic[R]):
    """A list of one shape, of at least `least` items; read as a tuple."""

    item: Shape[R]
    least: int = 0

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> tuple[R, ...] | None:
        if not isinstance(value, list):
            what = f"{display(value, path)} is not a list."
            problems.append(Problem(path, what, self._listed(value, path)))
            return None
        if len(value) < self.least:
            problems.append(Problem(path, "The list is empty."))
        read = [self.item.read(item, (*path, i), problems) for i, item in enumerate(value)]
        return tuple(item for item in read if item is not None)

    def _listed(self, value: Any, path: DocumentPath) -> str | None:
        """Return what to do with one item where several could be, which is the usual mistake."""
        if not isinstance(value, Mapping):
            return "Write `[…]`, with each item in it."
        # What is no item either may be meant otherwise.
        is_item = not _faults(self.item, value, (*path, 0))
        return "Write `[{…}]`: it is an item of one." if is_item else None

    def schema(self) -> dict[str, Any]:
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.item.schema(), **least}


@dataclass(frozen=True)
class MapOf(Generic[R]):
    """A mapping from free names, of a pattern where one is given, to one shape.

    Args:
        with_null: whether `null` is a value, and not one that somebody forgot to write.
        empty: how a name is written of which nothing is said; `null` may take one back.
    """

    item: Shape[R]
    key: str | None = None
    like: str = "a name"
    remedy: str | None = None
    with_null: bool = False
    empty: str | None = None

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> dict[str, R] | None:
        if not isinstance(value, Mapping):
            what = f"{display(value, path)} is not a mapping."
            problems.append(Problem(path, what, "Write `{NAME: …}`."))
            return None
        read: dict[str, Any] = {}
        for name, item in value.items():
            inner_path, is_null = (*path, str(name)), item is None and self.with_null
            result_item = (
                None
                if is_null
                else read_value(self.item, item, inner_path, problems, empty=self.empty)
            )
            # YAML makes a boolean of the key `yes`, and a number of `1`.
            if not isinstance(name, str) or (self.key and not re.fullmatch(self.key, name)):
                what = f"{display(name)} is not {self.like}."
                remedy = self.remedy if isinstance(name, str) else _QUOTE
                problems.append(Problem(inner_path, what, remedy))
            elif result_item is not None or is_null:
                read[name] = result_item
        return read

    def schema(self) -> dict[str, Any]:
        names = {"propertyNames": {"pattern": f"^(?:{self.key})$"}} if self.key else {}
        item = self.item.schema()
        # A file that is laid over another may take a name back, and stands in an editor alone.
        item = {"anyOf": [item, {"type": "null"}]} if self.empty else item
        return {"type": "object", "additionalProperties": item, **names}


def anything(_value: Any) -> bool:
    """Say yes to every value, for the last option of `Either`."""
    return True


def is_finite(value: Any) -> bool:
    """Tell whether a value is a number that a float holds."""
    try:
        return (
            isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        )
    # An `int` of Python may be larger than any float.
    except OverflowError:
        return False


@dataclass(frozen=True)
class Anything:
    """Any value, taken as it is."""

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {}


_QUOTE = "Text that YAML takes for something else, such as `yes` or `1`, goes in quotes."


def _unquote(value: Any) -> str | None:
    """Return what to do with a number, or with true or false, that is written as a text."""
    is_other = isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?|true|false", value.lower())
    return "Leave the quotes out." if is_other else None


def read_value(
    shape: Shape[R],
    value: Any,
    path: DocumentPath,
    problems: list[Problem],
    empty: str | None = None,
) -> R | None:
    """Read the value of a key; with nothing after it, it is half-written rather than meant."""
    if value is None:
        remedy = empty or "Write one, or drop the key."
        problems.append(Problem(path, f"`{path[-1]}` has no value.", remedy))
        return None
    return shape.read(value, path, problems)
