"""A cron and its translation start runs at the same minutes.

Both are read by matchers of this file, each written from the documentation of its own language.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from shipway.settings.units import parse_cron
from shipway_exporters.databricks.quartz import cron_of, quartz_of

Matcher = Callable[[datetime], bool]
START = datetime(2027, 12, 30)
MONTHS = [name.upper() for name in calendar.month_abbr]
CRON_DAYS = "SUN MON TUE WED THU FRI SAT".split()


def cron_field(text: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    """What a field of cron stands for. Source: crontab(5)."""
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = (str(low) + "-" + str(high) if span == "*" else span).partition("-")
        start = names.get(first.upper()) if first.upper() in names else int(first)
        end = names.get(last.upper(), -1) if last.upper() in names else int(last or -1)
        if end == -1:
            end = high if step else int(start or 0)
        values |= set(range(int(start or 0), end + 1, int(step or 1)))
    return values


def cron_matcher(cron: str) -> Matcher:
    """Return whether a moment is one of a cron expression."""
    minute, hour, day, month, weekday = cron.split()
    week = {name: number for number, name in enumerate(CRON_DAYS)}
    minutes, hours = cron_field(minute, 0, 59, {}), cron_field(hour, 0, 23, {})
    days = cron_field(day, 1, 31, {})
    months = cron_field(month, 1, 12, {name: n for n, name in enumerate(MONTHS) if n})
    # A 7 is a Sunday that was written as one; steps from it on, or on to the end, know it as 0.
    parts = (part.replace("7/", "0/") if part[:2] == "7/" else part for part in weekday.split(","))
    weekdays = {value % 7 for value in cron_field(",".join(parts), 0, 6, week)}
    return lambda at: (
        at.minute in minutes
        and at.hour in hours
        and at.month in months
        and at.day in days
        and (at.weekday() + 1) % 7 in weekdays
    )


def quartz_field(text: str, low: int, high: int, names: list[str]) -> set[int]:
    """What a field of Quartz stands for: `?` and `*` are all. Source: Quartz, CronExpression."""
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        assert not step or 0 < int(step) <= high, "an increment beyond the field"
        if span in ("*", "?"):
            values |= set(range(low, high + 1, int(step or 1)))
            continue
        ends = [low + names.index(e) if e in names else int(e) for e in span.split("-")]
        assert all(low <= end <= high for end in ends)
        assert ends[0] <= ends[-1], "spans that turn round are read by some releases alone"
        last = ends[1] if len(ends) > 1 else high if step else ends[0]
        values |= set(range(ends[0], last + 1, int(step or 1)))
    return values


def quartz_matcher(quartz: str) -> Matcher:
    """Return the same of an expression of Quartz."""
    second, minute, hour, day, month, weekday = quartz.split()
    assert second == "0"
    assert [day, weekday].count("?") == 1
    minutes, hours = quartz_field(minute, 0, 59, []), quartz_field(hour, 0, 23, [])
    days, months = quartz_field(day, 1, 31, []), quartz_field(month, 1, 12, MONTHS[1:])
    weekdays = quartz_field(weekday, 1, 7, CRON_DAYS)
    return lambda at: (
        at.minute in minutes
        and at.hour in hours
        and at.day in days
        and at.month in months
        # Sunday is 1.
        and (at.weekday() + 1) % 7 + 1 in weekdays
    )


def moments(cron: str) -> Iterator[datetime]:
    """Each day of two years at a minute that cron may mean, and each minute of some hours."""
    minute, hour, *_ = cron.split()
    some = min(cron_field(hour, 0, 23, {})), min(cron_field(minute, 0, 59, {}))
    for day in range(800):
        yield START + timedelta(days=day, hours=some[0], minutes=some[1])
    for day in (3, 40):
        for number in range(24 * 60):
            yield START + timedelta(days=day, minutes=number)


def of_field(low: int, high: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    value = st.integers(low, high).map(str) | (st.sampled_from(names) if names else st.nothing())
    span = st.lists(st.integers(low, high), min_size=2, max_size=2, unique=True).map(
        lambda ends: f"{min(ends)}-{max(ends)}"
    )
    step = st.integers(1, high + 5)
    part = (
        value
        | span
        | st.builds("*/{}".format, step)
        | st.builds("{}/{}".format, span, step)
        | st.builds("{}/{}".format, st.integers(low, high), step)
    )
    return st.just("*") | st.lists(part, min_size=1, max_size=3).map(",".join)


@st.composite
def crons(draw: st.DrawFn) -> str:
    day, weekday = draw(
        st.tuples(of_field(1, 31), st.just("*"))
        | st.tuples(st.just("*"), of_field(0, 7, ("mon", "SAT", "Sun")))
    )
    month = draw(of_field(1, 12, ("jan", "DEC")))
    return f"{draw(of_field(0, 59))} {draw(of_field(0, 23))} {day} {month} {weekday}"


@fuzz(max_examples=120, deadline=None)
@given(crons())
def test_a_translation_starts_runs_at_the_same_minutes(cron: str) -> None:
    try:
        parse_cron(cron)
    except ValueError:
        return
    quartz = quartz_of(cron)
    of_cron, of_quartz = cron_matcher(cron), quartz_matcher(quartz)
    for moment in moments(cron):
        assert of_cron(moment) == of_quartz(moment), (quartz, moment)
    assert quartz_of(cron_of(quartz)) == quartz, "and back"


@pytest.mark.parametrize(
    ("cron", "quartz"),
    [
        ("0 6 * * *", "0 0 6 * * ?"),
        ("*/15 * * * *", "0 0/15 * * * ?"),
        ("0 6 * * 1-5", "0 0 6 ? * MON-FRI"),
        ("0 6 * * 4/3", "0 0 6 ? * THU"),
        ("0 6 * * 1/2", "0 0 6 ? * MON,WED,FRI"),
        ("0 6 * * 7/2", "0 0 6 ? * SUN,TUE,THU,SAT"),
        ("0 6 * * 5-7/2", "0 0 6 ? * SUN,FRI"),
        ("0 6 * * 0", "0 0 6 ? * SUN"),
        ("0 6 * * 7", "0 0 6 ? * SUN"),
        ("0 6 * * 5-7", "0 0 6 ? * SUN,FRI,SAT"),
        ("0 6 * * mon,wed", "0 0 6 ? * MON,WED"),
        ("0 6 1,15 * *", "0 0 6 1,15 * ?"),
        ("0 6 */2 * *", "0 0 6 1/2 * ?"),
        ("0 0 1 */3 *", "0 0 0 1 JAN,APR,JUL,OCT ?"),
        ("30 2-4/2 * 6-8 *", "0 30 2-4/2 * JUN-AUG ?"),
        ("5/20 */30 * * *", "0 5/20 0 * * ?"),
        ("00 06 * * *", "0 0 6 * * ?"),
    ],
)
def test_what_people_write(cron: str, quartz: str) -> None:
    assert quartz_of(cron) == quartz


@pytest.mark.parametrize("cron", ["0 6 1 * 1", "0 6 */2 * 1", "0 6 1 * 0-6"])
def test_two_fields_of_days_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="a day of the month and a day of the week"):
        quartz_of(cron)


def test_the_control_is_seen() -> None:
    """Numbers of days as cron has them are a day off."""
    monday = datetime(2028, 1, 3, 6)
    assert cron_matcher("0 6 * * 1")(monday)
    assert not quartz_matcher("0 0 6 ? * 1")(monday)
