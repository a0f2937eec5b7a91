"""Values as YAML: block style, one form for each value, read alike by YAML 1.1 and 1.2.

A template lays out a file; what a user wrote comes through here. Texts that another reader could
take for anything else stand in quotes: single ones where that saves escapes, else double ones with
the escapes of JSON.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A colon only before a letter: `: ` would make a mapping of a text. No digit first: numbers
# and dates begin with one. Fewer texts than YAML allows are plain, but any reader agrees.
_PLAIN = re.compile(r"[A-Za-z_/](?:[A-Za-z0-9_./-]|:(?=[A-Za-z0-9_/]))*(?: [A-Za-z0-9_./(),-]+)*")
WIDTH = 100
"""Columns for what stands on one line; a single text may be longer."""

_FEW = 4
# YAML 1.1 has `yes`, `no`, `on`, `off`, `y` and `n` (Boolean Language-Independent Type).
_WORDS = frozenset("y n yes no on off true false null".split())
"""What some reader takes for a boolean or for nothing."""


@dataclass(frozen=True)
class Anchored:
    """A value that has a name, by which an `Alias` further on stands for it."""

    name: str
    value: Any


@dataclass(frozen=True)
class Alias:
    """What stands for the value of that name."""

    name: str


def scalar(value: Any) -> str:
    """Return a text, number, boolean or nothing, on one line.

    Raises:
        TypeError: there is no such scalar, or it is no finite number.
    """
    if isinstance(value, str):
        return value if _is_plain(value) else _quote(value)
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    raise TypeError(f"{type(value).__name__} is no scalar")


def block(value: Any, indent: int = 0) -> str:
    """Return a value in block style, each line at `indent`; mappings keep their order.

    What is short and holds no further level of many items stands on one line, in flow style. A text
    of several lines stands as such: an end of line must follow, which may be the text's own.

    Raises:
        TypeError: something in it is no JSON value.
    """
    return "\n".join(_indent(_lines(value, WIDTH - indent), indent))


def _lines(value: Any, width: int) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{scalar(str(key))}:", item, width)
    elif isinstance(value, (list, tuple)) and value:
        for item in value:
            first, *rest = _item(item, width - 2)
            yield f"- {first}"
            yield from _indent(rest)
    else:
        yield _flow(value)


def _indent(lines: Iterable[str], indent: int = 2) -> Iterator[str]:
    """Yield lines further to the right; an empty one stays empty."""
    return (" " * indent + line if line else "" for line in lines)


def _item(item: Any, width: int) -> list[str]:
    head, below = _parts(item, width)
    return [*([head] if head else ()), *below]


def _entry(key: str, item: Any, width: int) -> Iterator[str]:
    head, below = _parts(item, width - 2, len(key) - 1)
    yield f"{key} {head}".rstrip()
    yield from _indent(below)


def _parts(value: Any, width: int, beside: int = 0) -> tuple[str, Iterable[str]]:
    """Return what stands beside a key or a dash, and the lines below that.

    Args:
        width: columns for the lines below.
        beside: by how many the place beside is narrower.
    """
    if isinstance(value, Anchored):
        name = f"&{value.name}"
        head, below = _parts(value.value, width, beside + len(name) + 1)
        return f"{name} {head}".rstrip(), below
    if isinstance(value, Alias):
        return f"*{value.name}", ()
    if _is_long(value):
        return "|" if value[-1] == "\n" else "|-", value.removesuffix("\n").split("\n")
    line = _short(value, width - beside)
    return ("", _lines(value, width)) if line is None else (line, ())


def _short(value: Any, width: int) -> str | None:
    """Return a value on one line, or `None` where it reads better on several."""
    if not isinstance(value, (Mapping, list, tuple)):
        return scalar(value)
    if value and not _is_simple(value):
        return None
    line = _flow(value)
    return line if len(line) <= width else None


def _is_simple(value: Any) -> bool:
    """A list of scalars; or a mapping of few, of which a single one may be simple itself."""
    if isinstance(value, Mapping):
        items = list(value.values())
        alone = len(items) == 1 and _is_simple(items[0])
        return alone or (len(items) <= _FEW and not any(map(_is_nested, items)))
    return not any(map(_is_nested, value if isinstance(value, (list, tuple)) else [value]))


def _is_nested(value: Any) -> bool:
    if isinstance(value, (Anchored, Alias)) or _is_long(value):
        return True
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _is_long(value: Any) -> bool:
    """Tell whether a text reads better as lines, and any reader reads it so.

    Not where blanks at its ends, or at those of a line, would not be seen.
    """
    if not isinstance(value, str) or "\n" not in value[:-1]:
        return False
    lines = value.removesuffix("\n").split("\n")
    return (
        bool(lines[0] and lines[-1])
        # A block's indentation is that of its first line (YAML 1.2, 8.1.1.1).
        and lines[0][0] != " "
        and all(line == line.rstrip() and all(map(_is_printable, line)) for line in lines)
    )


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_in_flow(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _in_flow(value)


def _in_flow(value: Any) -> str:
    """Between brackets a comma ends a plain text."""
    is_list = isinstance(value, str) and "," in value
    return _quote(value) if is_list else scalar(value)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS


def _quote(text: str) -> str:
    """JSON's text is YAML's, but for characters that YAML wants escaped though JSON does not."""
    is_printable = (text.isascii() and text.isprintable()) or all(map(_is_printable, text))
    if is_printable and ('"' in text or "\\" in text) and "'" not in text:
        # In single quotes nothing but a quote needs an escape (YAML 1.2, 7.3.2).
        return f"'{text}'"
    text_in_quotes = json.dumps(text, ensure_ascii=False)
    if is_printable:
        return text_in_quotes
    return "".join(char if _is_printable(char) else _escape(char) for char in text_in_quotes)


def _is_printable(char: str) -> bool:
    # A byte order mark counts as printable, and readers drop it.
    return " " <= char <= "~" or (char.isprintable() and char not in "\ufeff")


def _escape(char: str) -> str:
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
    return "".join(char if _is_printable(char) else _escape(char) for char in text)
