"""Time zones in settings: those that every orchestrator knows, by the letters that it knows."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.settings import zones
from shipway.settings.zones import is_zone, parse_timezone


@pytest.mark.parametrize("value", ["UTC", "Europe/Paris", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_zones(value: str) -> None:
    assert parse_timezone(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("", "Paris", "Europe/Pariss", "europe/paris", "europe/paris/x", "CEST"),
        *("localtime", "posixrules", "Factory", "posix/Europe/Paris", "right/UTC"),
        *("../etc/passwd", "/etc/passwd", "Europe", "UTC\0", "UTC+1", None, 1, True, []),
    ],
)
def test_no_zones(value: Any) -> None:
    with pytest.raises(ValueError, match="not a time zone") as error:
        parse_timezone(value)
    assert f"mean `{value}`" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Pariss", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("posix/Europe/Paris", "Europe/Paris"),
        ("right/UTC", "UTC"),
        ("utc", "UTC"),
        ("Paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Parris", "Europe/Paris"),
    ],
)
def test_the_nearest_zone_is_named(text: str, zone: str) -> None:
    with pytest.raises(ValueError, match=rf"Did you mean `{zone}`\?"):
        parse_timezone(text)


@pytest.mark.parametrize("text", ["localtime", "local", "Factory", "CEST", "PDT", ""])
def test_where_none_is_near_an_example_is_given(text: str) -> None:
    with pytest.raises(ValueError, match="Write one like `Europe/Paris`"):
        parse_timezone(text)


def test_without_a_database_a_likely_zone_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "zones", frozenset)
    assert parse_timezone("Europe/Paris") == "Europe/Paris"
    others = ("not a zone", "Factory", "localtime", "posix/Europe/Paris")
    assert not any(map(is_zone, others))
