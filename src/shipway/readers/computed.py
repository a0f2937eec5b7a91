"""Stands for what the configuration computes where a task runs, in texts that were read here.

A resolver of the project's (`${oc.env:BUCKET}`, `${today:}`) gives each run a value of its own, and
so does `${runtime_params:day, latest}`: an export calls none of them. In a text that was read, a
mark without braces stands in its place, which a dataset pattern (`{name}.csv`) leaves alone;
`shown` turns it into what a person would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_PLAIN = re.compile(r"[\w .:/@%+~-]{1,60}")
"""An argument that is shown; another may hold a brace, or a whole interpolation."""


def mark(resolver: str, arguments: Sequence[object]) -> str:
    """Return the mark of a resolver that was not called, such as `oc.env` with `BUCKET`."""
    texts = [str(argument) for argument in arguments]
    shown_ones = [text if _PLAIN.fullmatch(text) else "…" for text in texts]
    return f"{_OPEN}{resolver}:{', '.join(shown_ones)}{_CLOSE}"


def is_computed(value: Any) -> bool:
    """Tell whether a value that was read is a text with a mark, or holds one."""
    return any(isinstance(leaf, str) and _OPEN in leaf for leaf in leaves(value))


def leaves(value: Any) -> Iterator[Any]:
    """Yield what a value holds that is neither mapping nor list, however deep, or itself."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, (list, tuple)):
            waiting += item
        else:
            yield item


def display(text: str) -> str:
    """Return a text with its marks as `${resolver:arguments}`."""
    return _MARK.sub(r"${\1}", text)
