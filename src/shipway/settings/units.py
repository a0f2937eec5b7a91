"""Units in settings: durations, quantities of compute, cron expressions, time zones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from shipway.errors import did_you_mean
from shipway.problems import shown
from shipway.shapes import Parsed, is_finite

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_LONGEST = 100 * 365 * 86400
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|)", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_SCALE = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** (i + 1) for i, unit in enumerate(["k", "M", "G", "T", "P", "E"])},
    **{f"{u}i": Decimal(1024) ** (i + 1) for i, u in enumerate(["K", "M", "G", "T", "P", "E"])},
}


def parse_duration(value: Any) -> float:
    """Return seconds for `30s`, `5m`, `1h30m`, `2d`, or a plain number of seconds.

    Raises:
        ValueError: the text is no duration, or it is zero, or longer than a hundred years.
    """
    seconds = float(value) if is_finite(value) else _to_seconds(str(value))
    if seconds <= 0:
        raise ValueError(f"{shown(value)} is no time at all.\nLeave the setting out instead.")
    if seconds > _LONGEST:
        raise ValueError(f"{shown(value)} is more than a hundred years.")
    return seconds


def _to_seconds(text: str) -> float:
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{shown(text)} is not a duration.\nWrite `30s`, `5m`, `1h30m` or `2d`.")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


@total_ordering
@dataclass(frozen=True)
class Quantity:
    """An amount of cpu or memory as Kubernetes writes it (`500m`, `1.5`, `16Gi`).

    Source: Kubernetes, Quantity (suffixes m, k … E, Ki … Ei).
    """

    text: str

    @property
    def amount(self) -> Decimal:
        """The amount in cores or bytes."""
        match = _QUANTITY.fullmatch(self.text)
        if not match:
            raise ValueError(f"{shown(self.text)} is not a quantity.\nWrite `500m`, `2` or `16Gi`.")
        return Decimal(match[1]) * _SCALE[match[2]]

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < other.amount


def parse_quantity(value: Any) -> Quantity:
    """Return the quantity that `value` writes.

    Raises:
        ValueError: it writes none, or none above zero.
    """
    quantity = Quantity("" if isinstance(value, bool) else str(value))
    if quantity.amount <= 0:
        raise ValueError(f"{shown(value)} is nothing at all.\nLeave the setting out instead.")
    return quantity


_MONTHS = {
    m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())
}
_DAYS = {day: i for i, day in enumerate("sun mon tue wed thu fri sat".split())}
_CRON: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)


def parse_cron(value: Any) -> str:
    """Return a cron expression of five fields, after checking each of them.

    Macros (`@daily`) and seconds are refused: not every scheduler knows them. Source: crontab(5).

    Raises:
        ValueError: it is none.
    """
    fields = str(value).split()
    if not isinstance(value, str) or len(fields) != len(_CRON):
        raise ValueError(
            f"{shown(value)} is not a cron expression of five fields.\n"
            "Write minute, hour, day of month, month and day of week, such as `0 6 * * *`."
        )
    for text, (name, low, high, words) in zip(fields, _CRON, strict=True):
        if not all(_is_cron_part(part, low, high, words) for part in text.split(",")):
            raise ValueError(f"{shown(text)} is no {name} ({low}-{high}) in the cron `{value}`.")
    return " ".join(fields)


def _is_cron_part(part: str, low: int, high: int, words: Mapping[str, int]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if span == "*":
        return True
    ends = [_cron_number(end, words) for end in span.split("-")]
    return (
        len(ends) <= 2
        and all(e is not None and low <= e <= high for e in ends)
        and (len(ends) == 1 or (ends[0] or 0) <= (ends[1] or 0))
    )


def _cron_number(text: str, words: Mapping[str, int]) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    return words.get(text.lower())


def parse_timezone(value: Any) -> str:
    """Return the name of a time zone of the IANA database.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        if isinstance(value, str) and value not in ("", "localtime", "posixrules"):
            ZoneInfo(value)
            return value
    except (KeyError, ValueError, OSError):
        pass
    zones = available_timezones()
    if not zones and isinstance(value, str) and _ZONE.fullmatch(value):
        return value  # no database on this machine: the orchestrator has the last word
    hint = did_you_mean(str(value), zones) or "Write one like `Europe/Paris`."
    raise ValueError(f"{shown(value)} is not a time zone.\n{hint}")


DURATION = Parsed(
    parse_duration,
    {
        "type": ["string", "number"],
        "pattern": r"^([0-9]+(\.[0-9]+)?[smhdw])+$",
        "exclusiveMinimum": 0,
        "maximum": _LONGEST,
        "description": "`30s`, `5m`, `1h30m`, `2d`, or a number of seconds",
    },
)
QUANTITY = Parsed(
    parse_quantity,
    {
        "type": ["string", "number"],
        "pattern": r"^[0-9]+(\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?$",
        "exclusiveMinimum": 0,
    },
)
CRON = Parsed(parse_cron, {"type": "string", "pattern": r"^\S+( \S+){4}$"})
TIMEZONE = Parsed(parse_timezone, {"type": "string"})
