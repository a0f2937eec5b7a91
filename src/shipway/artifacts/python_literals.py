"""Python literals as a careful hand and `ruff format` would write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 88
"""Columns for everything but strings: ruff's and black's default line length."""

LONGEST = 100
"""Columns for a string, which no formatter breaks, but which ruff joins where it fits. Up to here
it stays whole, so the text is stable under any line length from 88 to 100."""

_NOT_PLAIN = re.compile(r"""[^ -~]|[\\"']""")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Code:
    """Python source that stands for itself, such as a name; never text from a user."""

    source: str


@dataclass(frozen=True)
class Call:
    """A call: its function and its arguments, in order; unnamed ones first."""

    function: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()


def columns(source: str) -> int:
    """Return how wide source is, as formatters count: two columns for a wide character."""
    if source.isascii():
        return len(source)
    return sum(_columns(char) for char in source)


def literal(value: Any, indent: int = 0, before: int = 0, after: int = 1) -> str:
    """Return a value as Python source.

    Args:
        value: JSON values, tuples, `Code` and `Call`; keys of mappings are strings.
        indent: column at which the statement starts, for the lines that follow the first.
        before: characters that stand on the first line already, indent included.
        after: characters that follow on the last line.

    Raises:
        TypeError: the value has no literal.
    """
    flat = _flat(value)
    width = LONGEST if isinstance(value, str) else WIDTH
    if flat is not None and before + columns(flat) + after <= width:
        return flat
    return _break(value, indent)


def arguments(pairs: Iterable[tuple[str, Any]], indent: int) -> str:
    """Return keyword arguments, one a line with a trailing comma, each line at `indent`."""
    lines = (
        f"{' ' * indent}{name}={literal(value, indent, indent + len(name) + 1)},"
        for name, value in pairs
    )
    return "\n".join(lines)


def string(text: str) -> str:
    """Return a string literal, in the quotes that need fewer escapes."""
    # As ruff and black choose them, so that a formatter leaves the file alone.
    quote = '"' if text.count('"') <= text.count("'") else "'"
    return quote + _escape(text, quote) + quote


def escaped(text: str) -> str:
    """Return text for the inside of double quotes, one or three."""
    return _escape(text, '"')


def _escape(text: str, quote: str) -> str:
    return _NOT_PLAIN.sub(lambda match: _escape_char(match[0], quote), text)


def _escape_char(char: str, quote: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char == quote:
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _columns(char: str) -> int:
    # Marks that stand on the letter before them take no column of their own.
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    # Wide and fullwidth letters (Unicode Standard Annex #11).
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _flat(value: Any) -> str | None:  # noqa: PLR0911 - one line a type
    """One line, or `None` where a line break is wanted anyway."""
    if isinstance(value, Code):
        return value.source
    if isinstance(value, Call):
        return _flat_call(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Mapping):
        return _join("{", [_pair(k, v) for k, v in value.items()], "}")
    if isinstance(value, list):
        return _join("[", [_flat(item) for item in value], "]")
    if isinstance(value, tuple):
        # Without the comma, parentheses around one item make no tuple.
        return _join("(", [_flat(item) for item in value], ",)" if len(value) == 1 else ")")
    return _scalar(value)


def _flat_call(call: Call) -> str | None:
    keywords = [f"{name}={flat}" for name, item in call.kwargs if (flat := _flat(item)) is not None]
    return _join(f"{call.function}(", [*map(_flat, call.args), *keywords], ")")


def _pair(key: str, value: Any) -> str | None:
    flat = _flat(value)
    return None if flat is None else f"{string(key)}: {flat}"


def _join(start: str, items: list[str | None], end: str) -> str | None:
    return start + ", ".join(str(item) for item in items) + end


def _scalar(value: Any) -> str:
    # `nan` and `inf` are names that nothing defines.
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"{value} has no literal")
    if isinstance(value, float):
        # `1e+16` is what `repr` writes, and `1e16` what ruff and black make of it.
        return repr(value).replace("e+", "e")
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no literal")


def _break(value: Any, indent: int) -> str:
    """Several lines, with a trailing comma after each item."""
    if isinstance(value, Call):
        return _block(f"{value.function}(", _call_items(value), ")", indent)
    if isinstance(value, Mapping) and value:
        return _block("{", [(f"{string(k)}: ", v) for k, v in value.items()], "}", indent)
    if isinstance(value, list) and value:
        return _block("[", [("", item) for item in value], "]", indent)
    if isinstance(value, tuple) and value:
        return _block("(", [("", item) for item in value], ")", indent)
    if isinstance(value, str):
        return _broken_string(value, indent)
    return str(_flat(value))


def _call_items(call: Call) -> list[tuple[str, Any]]:
    return [*(("", item) for item in call.args), *((f"{n}=", item) for n, item in call.kwargs)]


def _block(start: str, items: list[tuple[str, Any]], end: str, indent: int) -> str:
    inner = indent + 4
    lines = [
        f"{' ' * inner}{lead}{literal(item, inner, inner + columns(lead))}," for lead, item in items
    ]
    return "\n".join([start, *lines, " " * indent + end])


def _broken_string(text: str, indent: int) -> str:
    """Implicit concatenation in parentheses, cut after line ends and at spaces."""
    inner = indent + 4
    whole = string(text)
    if inner + columns(whole) <= LONGEST:
        pieces = [whole]
    else:
        # Two columns for the quotes.
        pieces = _pieces(text, WIDTH - inner - 2)
        if len(pieces) == 1:
            return whole
    return "\n".join(["(", *(" " * inner + piece for piece in pieces), " " * indent + ")"])


def _pieces(text: str, room: int) -> list[str]:
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        piece = ""
        for word in _words(line):
            if piece and columns(string(piece + word)) > room:
                pieces.append(string(piece))
                piece = ""
            piece += word
        pieces.append(string(piece))
    return pieces or [string("")]


def _words(line: str) -> list[str]:
    words = line.split(" ")
    return [f"{word} " for word in words[:-1]] + ([words[-1]] if words[-1] else [])
