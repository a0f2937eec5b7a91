"""Durations, cron expressions and time zones."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.settings.units import parse_cron, parse_duration


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("2d", 172800),
        ("1w", 604800),
        ("0h1s", 1),
        (90, 90),
        (0.5, 0.5),
    ],
)
def test_durations(value: Any, seconds: float) -> None:
    assert parse_duration(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *("", "s", "5", "5 m", "5m ", "-5m", "5M", "5min", "1h 30m", "٣m", "1e3s", ".5h", "0s"),
        *(0, -1, True, None, float("inf"), float("nan"), 10**400, 1e30, "9" * 400 + "s", [], {}),
    ],
)
def test_no_durations(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a duration|positive duration|68 years"):
        parse_duration(value)


@pytest.mark.parametrize(
    "value",
    [
        *("* * * * *", "0 6 * * *", "*/15 0-12/2 1,15 * *", "59 23 31 12 7", "0 0 1 1 0"),
        *("0 6 * jan-mar MON-fri", "0-59 * * * *"),
    ],
)
def test_cron(value: str) -> None:
    assert parse_cron(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("0 6 31 2 *", "0 6 30 feb *", "0 6 31 4,6,9,NOV *", "0 6 30-31 2 *", "0 6 31/2 2 *"),
        *("0 6 31 4-6/2 *", "0 6 31 4-12/5 *", "0 6 30,31 2 */1"),
    ],
)
def test_a_day_that_no_month_has(value: str) -> None:
    with pytest.raises(ValueError, match="never comes"):
        parse_cron(value)


@pytest.mark.parametrize("value", ["5-5 * * * *", "0 6 1,31-31/2 * *", "0 6 * * mon-1"])
def test_a_span_that_ends_where_it_begins(value: str) -> None:
    with pytest.raises(ValueError, match="is one value"):
        parse_cron(value)


@pytest.mark.parametrize(
    "value",
    [
        *("0 6 29 2 *", "0 6 30 4 *", "0 6 31 */2 *", "0 6 31 4/2 *", "0 6 */30 2 *"),
        *("0 6 1/30 2 *", "0 6 31,1 2 *", "0 6 31 2 1", "0 6 31 2 sun-sat", "0 6 31 2,3 *"),
    ],
)
def test_a_day_that_comes(value: str) -> None:
    assert parse_cron(value) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("*/90 * * * *", "`*/90` in a cron is one minute, 0: each hour begins anew"),
        ("5,10/61 * * * *", "one minute, 10: each hour"),
        ("0 */36 * * *", "one hour, 0: each day"),
        ("0 0 */32 * *", "one day of month, 1: each month"),
        ("0 0 1 feb/13 *", "one month, 2: each year"),
        ("0 0 * * 0-5/8", "one day of week, 0: each week"),
    ],
)
def test_a_step_past_the_end_of_a_field(value: str, words: str) -> None:
    with pytest.raises(ValueError, match="Write `") as caught:
        parse_cron(value)
    assert words in str(caught.value)


def test_a_step_as_long_as_a_field_is_one_value_on_purpose() -> None:
    assert parse_cron("*/60 */24 */31 */12 */7") == "*/60 */24 */31 */12 */7"


def test_blanks_in_cron() -> None:
    assert parse_cron("  0  6\t* * *\n") == "0 6 * * *"


@pytest.mark.parametrize(
    "value",
    [
        *("", "@daily", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *"),
        *("* * 32 * *", "* * * 13 * ", "* * * 0 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *"),
        *(
            "1,,2 * * * *",
            "1- * * * *",
            "-1 * * * *",
            "1-2-3 * * * *",
            "*/x * * * *",
            "mon * * * *",
        ),
        *("* * * mon *", "* * * * L", "٣ * * * *", "1.5 * * * *", "*/ * * * *", "? * * * *"),
        *(None, 5, ["* * * * *"]),
    ],
)
def test_no_cron(value: Any) -> None:
    with pytest.raises(ValueError, match=r"cron"):
        parse_cron(value)
