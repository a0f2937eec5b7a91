"""From a project's parameters to leaves that may be exported."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shipway.model import Json, Parameter, references
from shipway.readers.computed import display, is_computed, leaves
from shipway.readers.unresolved import Interpolation
from shipway.secrecy import (
    SECRET_NAME,
    holds_credentials,
    looks_secret,
    may_be_shown,
    names_a_secret,
    why_secret,
)
from shipway.secrecy.interpolations import pieces

Interpolations = Callable[[object], "Interpolation | None"]
"""Tells what stands behind a value; see `shipway.readers.unresolved.Unresolved`."""

_NAMES = re.compile(r"[A-Za-z_][\w.-]*")
_LONGEST_SOURCE = 120
DEEPEST = 100
"""How many levels of lists and mappings a value may have; the same for any interpreter."""

_WIDEST = 10_000
"""Bits of an integer; Python refuses to write much larger ones (`sys.set_int_max_str_digits`)."""


def _no_interpolation(_value: object) -> None:
    """Of parameters that were not read from files."""


def flatten(
    parameters: Mapping[str, Any], interpolations: Interpolations = _no_interpolation
) -> tuple[Parameter, ...]:
    """Return the leaves of nested parameters, sorted by path.

    A mapping is descended into while all its keys are plain names; one with a key that holds a
    dot, or is no string, is a leaf itself, since Kedro could not tell `a.b` from `b` in `a`.
    """
    leaves = _leaves((), parameters, interpolations)
    return tuple(sorted(leaves, key=lambda leaf: leaf.path))


def _leaves(path: tuple[str, ...], value: Any, sources: Interpolations) -> Iterator[Parameter]:
    if not path:
        for key, item in value.items():
            if _is_plain(key):
                yield from _leaves((key,), item, sources)
            elif isinstance(key, str) or str(key) not in value:
                yield _unreachable(key)
    elif _has_plain_keys(value) and len(path) < DEEPEST:
        for key, item in value.items():
            yield from _leaves((*path, key), item, sources)
    else:
        yield _leaf(path, value, sources)


def _has_plain_keys(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value or names_a_secret(value):
        return False
    return all(map(_is_plain, value))


def _is_plain(key: object) -> bool:
    return isinstance(key, str) and key != "" and "." not in key


def _unreachable(key: object) -> Parameter:
    return Parameter(path=(str(key),), hidden="its name is empty, holds a dot or is no string")


def _leaf(path: tuple[str, ...], value: Any, sources: Interpolations) -> Parameter:
    """A leaf below a key with a dot is written as it was read, tokens and all replaced."""
    item = sources(value)
    if item is None and any(sources(leaf) is not None for leaf in leaves(value)):
        texts: list[str] = []
        value = _expand(value, sources, texts)
        item = Interpolation(text=" ".join(texts), value=value)
    if item is None or not _needs_source(item):
        value = value if item is None else item.value
        reason = _why_hidden(path, value)
        return Parameter(path=path, value=None if reason else _plain(value), hidden=reason)
    return _derived_parameter(path, item)


def _needs_source(item: Interpolation) -> bool:
    """Tell whether a run can change the value: it is computed, or made of parameters."""
    return bool(references(item.text)) or is_computed(item.value)


def _derived_parameter(path: tuple[str, ...], item: Interpolation) -> Parameter:
    value = None if is_computed(item.value) else item.value
    is_named_secret = value is None and any(map(looks_secret, path))
    reason = SECRET_NAME if is_named_secret else _why_hidden(path, value)
    reason = reason or why_source_hidden(item.text)
    if reason:
        return Parameter(path=path, hidden=reason)
    return Parameter(path=path, value=_plain(value), source=_short(display(item.text)))


def why_source_hidden(text: str) -> str | None:
    """Return why what gives a value may not be exported: `${oc.env:DB_PASSWORD}` is a secret."""
    inner = [part for part, is_interpolation in pieces(text) if is_interpolation]
    names = (name for part in inner for name in _NAMES.findall(part))
    is_secret = (
        holds_credentials(text)
        or not all(map(may_be_shown, inner))
        or any(looks_secret(name) for name in names)
    )
    return "what gives its value looks like a secret" if is_secret else None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SOURCE else f"{text[: _LONGEST_SOURCE - 1]}…"


def _expand(value: Any, sources: Interpolations, texts: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _expand(item, sources, texts) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_expand(item, sources, texts) for item in value]
    item = sources(value)
    if item is None:
        return value
    texts.append(item.text)
    return item.value


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
