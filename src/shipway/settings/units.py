"""Units in settings: durations and cron expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.schemas.problems import display
from shipway.schemas.shapes import INT32, Parsed, is_finite

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# ASCII: `\d` would take digits of every script, which no orchestrator reads.
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)


def parse_duration(value: Any) -> float:
    """Return seconds for `30s`, `5m`, `1h30m`, `2d`, or a plain number of seconds.

    Raises:
        ValueError: the text is no duration, or it is zero, or longer than 68 years.
    """
    seconds = float(value) if is_finite(value) else _to_seconds(str(value))
    if seconds <= 0:
        raise ValueError(
            f"{display(value)} is not a positive duration.\nLeave the setting out instead."
        )
    if seconds > INT32:
        raise ValueError(f"{display(value)} is more than 68 years, the most that servers keep.")
    return seconds


def _to_seconds(text: str) -> float:
    parts = _DURATION.findall(text)
    # `findall` passes over what does not fit, so the parts must make up the whole text.
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{display(text)} is not a duration.\nWrite `30s`, `5m`, `1h30m` or `2d`.")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


_MONTHS = {
    m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())
}
# A leap year's February: a run on 29 February does come.
_DAYS_OF_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_DAYS = {day: i for i, day in enumerate("sun mon tue wed thu fri sat".split())}
_CRON: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    # Sunday is 0 and 7, as crontab(5) says.
    ("day of week", 0, 7, _DAYS),
)
# How many values a field goes through, and until when: then it begins anew.
_PERIODS = ((60, "hour"), (24, "day"), (31, "month"), (12, "year"), (7, "week"))


def _form_of_cron(fields: Sequence[str]) -> str:
    """How what is none is written as one."""
    zone, _, name = fields[0].partition("=") if fields else ("", "", "")
    if zone in ("TZ", "CRON_TZ"):
        return f"Leave the zone out, and write it beside: `timezone: {name}`."
    return "Write minute, hour, day of month, month and day of week, such as `0 6 * * *`."


def parse_cron(value: Any) -> str:
    """Return a cron expression of five fields, after checking each of them.

    Macros (`@daily`) and seconds are refused: not every scheduler knows them. Source: crontab(5).
    So is a day that no month has: schedulers load it, and never start a run.

    Raises:
        ValueError: it is none.
    """
    fields = str(value).split()
    if not isinstance(value, str) or len(fields) != len(_CRON):
        raise ValueError(
            f"{display(value)} is not a cron expression of five fields.\n{_form_of_cron(fields)}"
        )
    for text, (name, low, high, words) in zip(fields, _CRON, strict=True):
        if not all(_is_cron_part(part, low, high, words) for part in text.split(",")):
            raise ValueError(f"{display(text)} is no {name} ({low}-{high}) in the cron `{value}`.")
    _check_spans(fields)
    _check_steps(fields)
    _check_day_comes(*fields[2:])
    return " ".join(fields)


def _check_spans(fields: Sequence[str]) -> None:
    """Refuse `5-5`, which croniter 7 takes for `*`; Airflow and Prefect read cron with croniter.

    Raises:
        ValueError: a span ends where it begins.
    """
    for text, (*_, words) in zip(fields, _CRON, strict=True):
        for span in (part.partition("/")[0] for part in text.split(",")):
            ends = _ends(span, words)
            if len(ends) > 1 and ends[0] == ends[1]:
                raise ValueError(
                    f"{display(span)} in a cron is one value, and some schedulers take it for "
                    f"all.\nWrite {ends[0]}."
                )


def _check_steps(fields: Sequence[str]) -> None:
    """Refuse `*/90`, of which one value is left: a field knows nothing of the hour before.

    Raises:
        ValueError: a step is larger than all that its field goes through.
    """
    for text, (name, low, *_, words), (period, whole) in zip(fields, _CRON, _PERIODS, strict=True):
        for part in text.split(","):
            span, _, step = part.partition("/")
            if int(step or 1) > period:
                start = (_ends(span, words) or [low])[0]
                raise ValueError(
                    f"{display(part)} in a cron is one {name}, {start}: each {whole} begins anew, "
                    f"and no step goes on past it.\nWrite `{start}` if that is meant, else a step "
                    f"of {period} at most."
                )


def _check_day_comes(days: str, months: str, weekdays: str) -> None:
    """A day of the week counts beside a day of the month, not with it. Source: crontab(5), notes.

    Raises:
        ValueError: none of the months has any of the days.
    """
    first = min(_cron_values(days, 1, 31, {}))
    if weekdays in ("*", "*/1") and all(
        first > _DAYS_OF_MONTH.get(month, 31) for month in _cron_values(months, 1, 12, _MONTHS)
    ):
        raise ValueError(
            f"The day never comes: no month {display(months)} of a cron has a day "
            f"{display(days)}.\nWrite a day that the month has; 28 is in each."
        )


def _cron_values(text: str, low: int, high: int, words: Mapping[str, int]) -> set[int]:
    """Return what a field stands for; `5/10` goes on to the end of the range."""
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        ends = _ends(span, words) or [low, high]
        last = high if slash and len(ends) == 1 else ends[-1]
        values.update(range(ends[0], last + 1, int(step or 1)))
    return values


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


def _ends(span: str, words: Mapping[str, int]) -> list[int]:
    """Return the ends of a span that was checked before; none for `*`."""
    numbers = (_cron_number(end, words) for end in span.split("-"))
    return [number for number in numbers if number is not None]


def _cron_number(text: str, words: Mapping[str, int]) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    return words.get(text.lower())


DURATION = Parsed(
    parse_duration,
    {
        "type": ["string", "number"],
        "pattern": r"^([0-9]+(\.[0-9]+)?[smhdw])+$",
        "exclusiveMinimum": 0,
        "maximum": INT32,
        "description": "`30s`, `5m`, `1h30m`, `2d`, or a number of seconds",
    },
)
CRON = Parsed(parse_cron, {"type": "string", "pattern": r"^\S+( \S+){4}$"})
