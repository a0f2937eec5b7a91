"""Texts and JSON that a task can work with, and a plain refusal of all others."""

from __future__ import annotations

import json
import reprlib
from typing import Any

from shipway.model import Json

_DEEPEST = 100
"""Levels of JSON: Kedro and OmegaConf go down them by recursion, several calls to a level."""
HOW_TO_WRITE_JSON = "A text stands in double quotes there, and true, false and null in lower case"


def loads(text: str) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is no JSON, or goes too deep, or has texts that no file can hold.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(_too_deep()) from None
    except json.JSONDecodeError as error:
        rest = reprlib.repr(text[error.pos :]) if error.pos < len(text) else "what ends there"
        raise ValueError(f"{rest} is no JSON. {HOW_TO_WRITE_JSON}") from None
    _check(value)
    return value


def readable(text: str) -> str:
    """Return a text that can be written as UTF-8.

    Raises:
        ValueError: it has half of a surrogate pair, as JSON and a command line can.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = text[error.start]
        raise ValueError(f"{reprlib.repr(text)} has {half!r}, half of a character, in it") from None
    return text


def line(value: Any) -> str:
    """Return a name or another text that can be an environment variable.

    Raises:
        ValueError: it is no text, or not `readable`, or has a NUL in it.
    """
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    if "\0" in value:
        raise ValueError(f"{reprlib.repr(value)} has a NUL in it")
    return readable(value)


def _check(value: Json) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [item for parent in level for item in _parts(parent)]
        if not level:
            return
    raise ValueError(_too_deep())


def _parts(value: Json) -> list[Json]:
    if isinstance(value, str):
        readable(value)
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list) else []


def _too_deep() -> str:
    return f"it goes deeper than {_DEEPEST} levels"
