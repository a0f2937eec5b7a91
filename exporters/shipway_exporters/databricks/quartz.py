"""A cron of five fields in the words of Quartz, whose cron Databricks reads.

Source: Quartz 2.3, `org.quartz.CronExpression`. It begins with seconds, counts days of the week
from Sunday as 1, knows no 7 beside it, wants a `?` in one of the two fields of days, and takes no
step beyond the range of a field.
"""

from __future__ import annotations

from collections.abc import Iterable

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan

_EVERY = ("*", "*/1")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_ANY = "?"


def quartz_of(cron: str) -> str:
    """Return a cron expression of five fields as one of Quartz, which starts runs at the same time.

    Raises:
        ValueError: Quartz cannot say it.
    """
    minute, hour, day, month, weekday = cron.split()
    if day not in _EVERY and weekday not in _EVERY:
        raise ValueError("a day of the month and a day of the week")
    weekdays = _names(weekday, _DAYS, first=0)
    return " ".join(
        (
            "0",
            _numbers(minute, 0, 59),
            _numbers(hour, 0, 23),
            _ANY if weekdays != "*" else _numbers(day, 1, 31),
            _names(month, _MONTHS, first=1),
            weekdays if weekdays != "*" else _ANY,
        )
    )


def cron_of(quartz: str) -> str:
    """Return such an expression as a cron of five fields again; anything else as it is."""
    fields = quartz.split()
    if len(fields) != 6 or fields[0] != "0":
        return quartz
    starts = ("0/", "0/", "1/", None, None)
    return " ".join(
        "*" if text == _ANY else f"*/{text[2:]}" if start and text.startswith(start) else text
        for text, start in zip(fields[1:], starts, strict=True)
    )


def quartz_in(plan: Plan) -> str | None:
    """Return the schedule of a plan that the clock starts.

    Raises:
        UnsupportedError: Quartz cannot say it.
    """
    schedule = plan.run.schedule
    if schedule is None or schedule.cron is None:
        return None
    try:
        return quartz_of(schedule.cron)
    except ValueError:
        raise UnsupportedError(
            Finding(
                what=f"The cron `{schedule.cron}` starts runs on a day of the month and on a day "
                "of the week besides, and Quartz, which Databricks reads, knows one of them.",
                where=plan.run.places.get("schedule"),
                remedy="Put `*` in one of the two fields.",
            )
        ) from None


def _numbers(text: str, low: int, high: int) -> str:
    return ",".join(_number_part(part, low, high) for part in text.split(","))


def _number_part(part: str, low: int, high: int) -> str:
    span, slash, step = part.partition("/")
    if not slash or int(step) == 1:
        # A step of one from a value on is a span, which Quartz has a word for.
        return f"{int(span)}-{high}" if slash and span.isdigit() else _plain(span)
    first, dash, last = span.partition("-")
    start = low if first == "*" else int(first)
    if int(step) > (int(last) if dash else high) - start:
        return str(start)
    return f"{start}-{int(last)}/{int(step)}" if dash else f"{start}/{int(step)}"


def _plain(span: str) -> str:
    """Leave leading zeros out, which cron allows."""
    return "-".join(end if end == "*" else str(int(end)) for end in span.split("-"))


def _names(text: str, names: tuple[str, ...], first: int) -> str:
    """Return a field by the names of its values: numbers of days differ, and so none stands."""
    values = sorted({value for part in text.split(",") for value in _values(part, names, first)})
    if len(values) == len(names):
        return "*"
    spans = [[names[value - first] for value in span] for span in _spans(values)]
    # Two are read faster as a list than as a span.
    texts = [f"{span[0]}-{span[-1]}" if len(span) > 2 else ",".join(span) for span in spans]
    return ",".join(texts)


def _values(part: str, names: tuple[str, ...], first: int) -> Iterable[int]:
    span, slash, step = part.partition("/")
    top = first + len(names) - 1
    ends = [_value(end, names, first) for end in span.split("-")] if span != "*" else [first, top]
    if slash and len(ends) == 1:
        # Such steps go on to Saturday, and a Sunday from which they start is 0 (croniter 7, as the
        # other schedulers read it); only a range that is written out may end at the 7.
        ends = [first + (ends[0] - first) % len(names), top]
    for value in range(ends[0], ends[-1] + 1, int(step or 1)):
        yield first + (value - first) % len(names)


def _value(text: str, names: tuple[str, ...], first: int) -> int:
    return int(text) if text.isdigit() else first + names.index(text.upper())


def _spans(values: list[int]) -> Iterable[list[int]]:
    """Yield the values that follow one another, together."""
    span: list[int] = []
    for value in values:
        if span and value != span[-1] + 1:
            yield span
            span = []
        span.append(value)
    if span:
        yield span
