"""Where one of two documents has a list and the other a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path_ = tuple["str | int", ...]
_KINDS: Mapping[type, str] = {dict: "mapping", list: "list"}


def clashes(one: Any, other: Any, above: Path_ = ()) -> Iterator[tuple[Path_, Sequence[str]]]:
    """Yield the path of each such value, and of which kinds the values of both are."""
    kinds = [_KINDS[type(value)] for value in (one, other) if type(value) in _KINDS]
    if len(set(kinds)) > 1:
        yield above, kinds
    elif isinstance(one, dict) and isinstance(other, dict):
        for key in (key for key in one if key in other):
            yield from clashes(one[key], other[key], (*above, str(key)))
