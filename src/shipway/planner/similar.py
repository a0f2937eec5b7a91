"""Finds places that are worth comparing, where only a run knows some parts of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from shipway.locations import Parts, is_computed

_Key = TypeVar("_Key", bound=Hashable)
_Start = tuple[str, str]
"""A first part that a run computes (or none), and the text that follows up to the next such part.

Texts with one first part can only become alike where one starts as the other does.
"""


class Similar:
    """An index of places.

    The head of a place ends with its last computed part; one that is written out has none. Places
    of one head differ in names alone, as those do that are written out.
    """

    def __init__(self, places: Sequence[Parts]) -> None:
        self.below: dict[Parts, list[int]] = {}
        self.with_name: dict[tuple[Parts, str], list[int]] = {}
        self.ending: dict[tuple[Parts, str], list[int]] = {}
        for place, parts in enumerate(places):
            head = _head(parts)
            self.below.setdefault(head, []).append(place)
            self.ending.setdefault((head, parts[-1]), []).append(place)
            for name in parts[len(head) :]:
                self.with_name.setdefault((head, name), []).append(place)
        self.heads = _Starts({head: _start(head) for head in self.below if head})
        self.plain = _Starts({place: _start(places[place]) for place in self.below.get((), ())})
        self.heads_like: dict[Parts, list[Parts]] = {}

    def to(self, parts: Parts) -> Iterator[int]:
        """Yield the places of other heads that may share files with a computed one."""
        head = _head(parts)
        if head not in self.heads_like:
            self.heads_like[head] = [h for h in self.heads.alike(_start(head)) if h != head]
        is_whole = head == parts
        for other in self.heads_like[head]:
            yield from self.below[other] if is_whole else self._under(other, parts)
        yield from self.plain.alike(_start(head)) if is_whole else self._under((), parts)

    def _under(self, head: Parts, parts: Parts) -> Iterator[int]:
        """Yield places that have the last name, that end with any of the names, or have none."""
        yield from self.with_name.get((head, parts[-1]), ())
        for name in (*parts, *head[-1:]):
            yield from self.ending.get((head, name), ())


class _Starts(Generic[_Key]):
    """Finds starts that can become alike: one continues the other, or begins with another part."""

    def __init__(self, starts: Mapping[_Key, _Start]) -> None:
        self.keys: dict[str, dict[str, list[_Key]]] = {}
        for key, (first, text) in starts.items():
            self.keys.setdefault(first, {}).setdefault(text, []).append(key)
        self.texts = {first: sorted(by_text) for first, by_text in self.keys.items()}

    def alike(self, start: _Start) -> Iterator[_Key]:
        first, text = start
        for other, by_text in self.keys.items():
            if other != first:
                for keys in by_text.values():
                    yield from keys
        if first in self.keys:
            for place in self._same(first, text):
                yield from self.keys[first][place]

    def _same(self, first: str, text: str) -> Iterator[str]:
        texts = self.texts[first]
        for longer in texts[bisect_left(texts, text) :]:
            if not longer.startswith(text):
                break
            yield longer
        # Shorter starts are looked up one by one: there are as many as letters, not as places.
        yield from (text[:end] for end in range(len(text)) if text[:end] in self.keys[first])


def _head(parts: Parts) -> Parts:
    ends = (end for end in range(len(parts), 0, -1) if is_computed(parts[end - 1]))
    return parts[: next(ends, 0)]


def _start(parts: Parts) -> _Start:
    first = parts[0] if parts and is_computed(parts[0]) else ""
    # Up to the next interpolation only: what that becomes, nobody knows before the run.
    return first, "/".join(parts[1:] if first else parts).partition("${")[0]
