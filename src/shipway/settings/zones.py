"""Time zones in settings."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from shipway.errors import nearest
from shipway.schemas.problems import display
from shipway.schemas.shapes import Parsed

_LIKELY = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
# Folders beside the zones that hold them once more (tz database, `Makefile`, right_posix).
_COPIES = re.compile(r"(posix|right)/")
# Files beside the zones: by two a machine names its own, and the third is for a clock that nobody
# has set. Servers have others there, or none.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
# One zone under several names (tz database, `etcetera` and `backward`).
_UTC = frozenset("UTC Etc/UTC UCT Etc/UCT Universal Etc/Universal Zulu Etc/Zulu".split())
_SHORTEST_GUESS = 5
"""Shorter names are abbreviations, each close to many others."""
_LIKENESS = 0.8
"""Of hundreds of names, some city is a little like everything."""


def parse_timezone(value: Any) -> str:
    """Return the name of a time zone of the IANA database.

    Raises:
        ValueError: there is no such zone.
    """
    if isinstance(value, str) and is_zone(value):
        return value
    close = _nearest(str(value), zones())
    hint = f"Did you mean `{close}`?" if close else "Write one like `Europe/Paris`."
    raise ValueError(f"{display(value)} is not a time zone.\n{hint}")


def is_zone(name: str) -> bool:
    """Tell whether a name is that of a time zone, letter for letter, as servers read it."""
    if zones():
        return name in zones()
    # No database on this machine: the orchestrator has the last word.
    is_other = name in _NO_ZONES or _COPIES.match(name)
    return not is_other and _LIKELY.fullmatch(name) is not None


def is_same_zone(name: str, other: str) -> bool:
    """Tell whether two names are of one zone: the same name, or two of UTC's."""
    return name == other or {name, other} <= _UTC


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the zones of the database on this machine; none where it has no database."""
    return frozenset(available_timezones() - _NO_ZONES)


def _nearest(name: str, known: Collection[str]) -> str | None:
    """Return the zone that a name may be meant for: in other letters, or for a city."""
    whole = {zone.lower(): zone for zone in known}
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(known)}
    by_name = {**cities, **whole}
    text = _COPIES.sub("", name).replace(" ", "_").lower()
    if text in by_name or len(text) < _SHORTEST_GUESS:
        return by_name.get(text)
    close = nearest(text, whole, _LIKENESS) or nearest(text, cities, _LIKENESS)
    return by_name[close] if close else None


TIMEZONE = Parsed(parse_timezone, {"type": "string"})
