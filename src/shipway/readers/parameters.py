"""From a project's parameters to leaves that may be exported."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.model import Json, Parameter
from shipway.secrecy import names_a_secret, why_secret

DEEPEST = 100
"""How many levels of lists and mappings a value may have; the same for any interpreter."""

_WIDEST = 10_000
"""Bits of an integer; Python refuses to write much larger ones (`sys.set_int_max_str_digits`)."""


def flatten(parameters: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Return the leaves of nested parameters, sorted by path.

    A mapping is descended into while all its keys are plain names; one with a key that holds a
    dot, or is no string, is a leaf itself, since Kedro could not tell `a.b` from `b` in `a`.
    """
    return tuple(sorted(_leaves((), parameters), key=lambda leaf: leaf.path))


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[Parameter]:
    if not path:
        for key, item in value.items():
            if _is_plain(key):
                yield from _leaves((key,), item)
            elif isinstance(key, str) or str(key) not in value:
                yield _unreachable(key)
    elif _has_plain_keys(value) and len(path) < DEEPEST:
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    else:
        yield _leaf(path, value)


def _has_plain_keys(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value or names_a_secret(value):
        return False
    return all(map(_is_plain, value))


def _is_plain(key: object) -> bool:
    return isinstance(key, str) and key != "" and "." not in key


def _unreachable(key: object) -> Parameter:
    return Parameter(path=(str(key),), hidden="its name is empty, holds a dot or is no string")


def _leaf(path: tuple[str, ...], value: Any) -> Parameter:
    reason = _why_hidden(path, value)
    return Parameter(path=path, value=None if reason else _plain(value), hidden=reason)


def _why_hidden(path: tuple[str, ...], value: Any) -> str | None:
    reason = why_not_json([*path, value], DEEPEST - len(path))
    return reason or why_secret(path, value)


def why_not_json(value: Any, deepest: int = DEEPEST) -> str | None:
    """Return why a value has no exact JSON of its own, or `None` if it has."""
    if value is None:
        return None
    if isinstance(value, int):
        return None if value.bit_length() <= _WIDEST else "it is too large a number"
    if isinstance(value, str):
        return None if _is_unicode(value) else "it is not Unicode text"
    if isinstance(value, float):
        return None if math.isfinite(value) else "it is not a finite number"
    return _why_no_container(value, deepest)


def _why_no_container(value: Any, deepest: int) -> str | None:
    if not isinstance(value, (Mapping, list, tuple)):
        return f"JSON has no {type(value).__name__}"
    if deepest < 0:
        return "it is nested too deeply"
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return "it has keys that are not strings"
        value = (*value, *value.values())
    return next(filter(None, (why_not_json(item, deepest - 1) for item in value)), None)


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be written to a file: YAML's escapes give lone surrogates."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _plain(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
