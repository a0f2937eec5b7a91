"""What stands in a YAML document several times, said once: by an anchor and its aliases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from shipway.artifacts.yaml_literals import Alias, Anchored

_SHORTEST = 60
"""Characters of what is worth an alias; anything shorter reads better where it is."""
_LARGEST = 100
"""Nodes of what may have one.

Go's YAML takes a document for an attack where 99 % of its nodes come out of aliases: a key and its
alias are two nodes, so what is repeated may not have more than 198. Source: `gopkg.in/yaml.v3`,
decode.go, allowedAliasRatio.
"""
_Places = Sequence[tuple[tuple[str, ...], str]]
_Key = tuple[str, str]
"""An anchor's name, and the JSON of the value that it would be of."""


def with_anchors(document: Any, places: Mapping[tuple[str, ...], str]) -> Any:
    """Return a document in which values that are equal at some places stand once.

    Args:
        places: the name of the anchor, by the keys that lead to a value; `*` stands for any key. A
            second value at places of a name has a number behind it.
    """
    counts: Counter[_Key | None] = Counter()
    _count(document, list(places.items()), counts)
    duplicates = {key for key, number in counts.items() if number > 1}
    return _Writer(duplicates).value(document, list(places.items()))


class _Writer:
    """Puts anchors and aliases into a document, from its start to its end."""

    def __init__(self, duplicates: Collection[_Key | None]) -> None:
        self.anchor_keys = duplicates
        self.names: dict[_Key | None, str] = {}

    def value(self, value: Any, places: _Places) -> Any:
        if not (places and isinstance(value, Mapping)):
            return value
        entries = _entries(value, places)
        return {name: self._item(item, below, key) for name, item, below, key in entries}

    def _item(self, item: Any, places: _Places, key: _Key | None) -> Any:
        if key in self.names:
            return Alias(self.names[key])
        if key is None or key not in self.anchor_keys:
            return self.value(item, places)
        number = sum(1 for other in self.names if other and other[0] == key[0])
        self.names[key] = f"{key[0]}-{number + 1}" if number else key[0]
        return Anchored(self.names[key], self.value(item, places))


def _count(value: Any, places: _Places, counts: Counter[_Key | None]) -> None:
    """Count what would be written; what stands within an alias would not."""
    if isinstance(value, Mapping):
        for _, item, below, key in _entries(value, places):
            counts.update([key] if key else ())
            # `counts[None]` stays 0, so what is at no place is always looked into.
            if counts[key] <= 1:
                _count(item, below, counts)


def _entries(
    value: Mapping[str, Any], places: _Places
) -> Iterator[tuple[str, Any, _Places, _Key | None]]:
    """Yield each entry with the places that lead on from it, and its key if it is at one."""
    for name, item in value.items():
        below = [(keys[1:], anchor) for keys, anchor in places if keys[0] in ("*", name)]
        anchor = next((anchor for keys, anchor in below if not keys), None)
        key = _key(anchor, item) if anchor else None
        yield name, item, [place for place in below if place[0]], key


def _key(anchor: str, value: Any) -> _Key | None:
    # Keys unsorted: values that differ in order would be written otherwise, and are not alike.
    text = json.dumps(value) if isinstance(value, (Mapping, list)) else ""
    return (anchor, text) if len(text) > _SHORTEST and _size(value) <= _LARGEST else None


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + len(value) + sum(map(_size, value.values()))
    return 1 + (sum(map(_size, value)) if isinstance(value, (list, tuple)) else 0)
