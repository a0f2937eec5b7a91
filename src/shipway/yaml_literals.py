"""Values as YAML: block style, one form for each value, read alike by YAML 1.1 and 1.2.

A template lays out a file; what a user wrote comes through here. Texts that another reader could
take for anything else stand in double quotes, escaped as in JSON.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/](?:[A-Za-z0-9_./-]|:(?=[A-Za-z0-9_/]))*(?: [A-Za-z0-9_./(),-]+)*")
WIDTH = 100
"""Columns for what stands on one line; a single text may be longer."""

_FEW = 4
_WORDS = frozenset("y n yes no on off true false null".split())
"""What some reader takes for a boolean or for nothing."""


def scalar(value: Any) -> str:
    """Return a text, number, boolean or nothing, on one line.

    Raises:
        TypeError: there is no such scalar, or it is no finite number.
    """
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    raise TypeError(f"{type(value).__name__} is no scalar")


def block(value: Any, indent: int = 0) -> str:
    """Return a value in block style, each line at `indent`; mappings keep their order.

    What is short and holds no further level of many items stands on one line, in flow style.

    Raises:
        TypeError: something in it is no JSON value.
    """
    return "\n".join(" " * indent + line for line in _lines(value, WIDTH - indent))


def _lines(value: Any, width: int) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{scalar(str(key))}:", item, width)
    elif isinstance(value, (list, tuple)) and value:
        for item in value:
            first, *rest = _item(item, width - 2)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _flow(value)


def _item(item: Any, width: int) -> list[str]:
    flow = _short(item, width)
    return list(_lines(item, width)) if flow is None else [flow]


def _entry(key: str, item: Any, width: int) -> Iterator[str]:
    flow = _short(item, width - len(key) - 1)
    if flow is not None:
        yield f"{key} {flow}"
        return
    yield key
    yield from (f"  {line}" for line in _lines(item, width - 2))


def _short(value: Any, width: int) -> str | None:
    """Return a value on one line, or `None` where it reads better on several."""
    if not isinstance(value, (Mapping, list, tuple)):
        return scalar(value)
    if value and not _is_simple(value):
        return None
    flow = _flow(value)
    return flow if len(flow) <= width else None


def _is_simple(value: Any) -> bool:
    """A list of scalars; or a mapping of few, of which a single one may be simple itself."""
    if isinstance(value, Mapping):
        items = list(value.values())
        alone = len(items) == 1 and _is_simple(items[0])
        return alone or (len(items) <= _FEW and not any(map(_is_nested, items)))
    return not isinstance(value, (list, tuple)) or not any(map(_is_nested, value))


def _is_nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_in_flow(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _in_flow(value)


def _in_flow(value: Any) -> str:
    """Between brackets a comma ends a plain text."""
    is_list = isinstance(value, str) and "," in value
    return _quoted(value) if is_list else scalar(value)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS


def _quoted(text: str) -> str:
    """JSON's text is YAML's, but for characters that YAML wants escaped though JSON does not."""
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isascii() and quoted.isprintable():
        return quoted
    return "".join(char if _is_printable(char) else _escaped(char) for char in quoted)


def _is_printable(char: str) -> bool:
    return " " <= char <= "~" or (char.isprintable() and char not in "\ufeff")


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _number(value: float) -> str:
    """YAML 1.1 takes an exponent for a number only after a point, and with a sign."""
    if not math.isfinite(value):
        raise TypeError(f"{value} is no number of JSON")
    mantissa, e, exponent = repr(value).partition("e")
    if not e:
        return mantissa
    point = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{point}e{exponent if exponent[0] in '+-' else '+' + exponent}"


def comment(text: str) -> str:
    """Return text for a comment: on one line, whatever is in it."""
    return "".join(char if _is_printable(char) else _escaped(char) for char in text)
