"""From a project's parameters to leaves that may be exported."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.model import Json, Parameter
from shipway.secrecy import holds_userinfo, looks_secret

_SECRET_NAME = "its name looks like a secret"
_SECRET_VALUE = "its value holds a user and a password"


def flatten(parameters: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Return the leaves of nested parameters, sorted by path.

    A mapping is descended into while all its keys are plain names; one with a key that holds a
    dot, or is no string, is a leaf itself, since Kedro could not tell `a.b` from `b` in `a`.
    """
    return tuple(sorted(_leaves((), parameters), key=lambda leaf: leaf.path))


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[Parameter]:
    if not path or (isinstance(value, Mapping) and value and all(map(_is_plain, value))):
        for key, item in value.items():
            yield from _leaves((*path, str(key)), item)
    else:
        yield _leaf(path, value)


def _is_plain(key: object) -> bool:
    return isinstance(key, str) and key != "" and "." not in key


def _leaf(path: tuple[str, ...], value: Any) -> Parameter:
    reason = _why_hidden(path, value)
    return Parameter(path=path, value=None if reason else _plain(value), hidden=reason)


def _why_hidden(path: tuple[str, ...], value: Any) -> str | None:
    if any(looks_secret(key) for key in path) or _holds_secret_key(value):
        return _SECRET_NAME
    if holds_userinfo(value):
        return _SECRET_VALUE
    if "." in path[0]:
        return "its name holds a dot, which Kedro reads as nesting"
    return _why_not_json(value)


def _holds_secret_key(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(looks_secret(str(key)) or _holds_secret_key(value[key]) for key in value)
    return isinstance(value, (list, tuple)) and any(map(_holds_secret_key, value))


def _why_not_json(value: Any) -> str | None:
    if value is None or isinstance(value, (bool, int, str)):
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else "it is not a finite number"
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return "it has keys that are not strings"
        return next(filter(None, map(_why_not_json, value.values())), None)
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_why_not_json, value)), None)
    return f"JSON has no {type(value).__name__}"


def _plain(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
