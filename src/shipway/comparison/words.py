"""Values on one line, as a person writes them; a long one is cut, around where two differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from shipway.comparison.values import HIDDEN
from shipway.model import Json

_LONGEST = 72
_BEFORE_THE_DIFFERENCE = 24
_TYPES: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "list",
    tuple: "list",
}
# An escape of JSON's is one sign: half of it says nothing.
_SIGN = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)


def value(of: Json) -> str:
    """Return a value on one line, a long one cut; what a terminal would obey is escaped."""
    return _window(_line(of), 0)


def literal(of: Json) -> str:
    """Return a value as `value` does, a text in quotes where it would be read as another type."""
    return _window(_line(of, in_quotes=isinstance(of, str) and _is_other_type(of)), 0)


def typed(of: Json) -> str:
    """Return a value with its type: `"4" (string)`."""
    return HIDDEN if of == HIDDEN else f"{literal(of)} ({type_of(of)})"


def pair(before: Json, after: Json) -> tuple[str, str]:
    """Return two values that differ so that it is seen: by quotes, and cut around that place."""
    old, new = _line(before), _line(after)
    if type_of(before) != type_of(after) or (old == new and before != after):
        old, new = (_line(of, in_quotes=isinstance(of, str)) for of in (before, after))
    start = _start(old, new)
    return _window(old, start), _window(new, start)


def type_of(of: Json) -> str:
    """Return the type of a value, in the words of YAML's readers."""
    # By exact type: `bool` is a subclass of `int`.
    return _TYPES.get(type(of), "mapping")


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A value on one line.

    Args:
        signs: that cannot be taken apart.
        quote: what stands around them; empty for nothing.
    """

    signs: Sequence[str]
    quote: str = ""

    @property
    def length(self) -> int:
        return _length(self.signs) + 2 * len(self.quote)


def _line(of: Json, *, in_quotes: bool = False) -> _Line:
    if isinstance(of, str) and of.isprintable() and of and of == of.strip() and not in_quotes:
        return _Line(signs=of)
    text = json.dumps(of, sort_keys=True, ensure_ascii=_is_odd(of))
    if isinstance(of, str):
        return _Line(signs=_SIGN.findall(text[1:-1]), quote='"')
    return _Line(signs=_SIGN.findall(text))


def _is_odd(of: Json) -> bool:
    return not json.dumps(of, ensure_ascii=False).isprintable()


def _is_other_type(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _start(old: _Line, new: _Line) -> int:
    """Return the sign that two lines are shown from, so that their first difference is seen."""
    longest = max(old.length, new.length)
    if longest <= _LONGEST:
        return 0
    same = takewhile(lambda both: both[0] == both[1], zip(old.signs, new.signs, strict=False))
    # No further than is needed to see all that follows.
    return max(0, min(len([*same]) - _BEFORE_THE_DIFFERENCE, longest - _LONGEST + 1))


def _window(line: _Line, start: int) -> str:
    """Return a line from a sign on, as far as there is room, with its quotes closed."""
    before = "…" if start else ""
    rest = line.signs[start:]
    room = _LONGEST - 2 * len(line.quote) - len(before)
    if _length(rest) <= room:
        return f"{line.quote}{before}{''.join(rest)}{line.quote}"
    shown, size = [], 1
    for sign in rest:
        size += len(sign)
        if size > room:
            break
        shown.append(sign)
    return f"{line.quote}{before}{''.join(shown)}…{line.quote}"


def _length(signs: Iterable[str]) -> int:
    return sum(map(len, signs))
