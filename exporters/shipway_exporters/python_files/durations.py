"""Durations as `timedelta`, and back."""

from __future__ import annotations

from shipway.artifacts.python_literals import Call

_SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def to_timedelta(seconds: float) -> Call:
    """Return a duration in the largest unit that fits, as a person would: `timedelta(hours=2)`."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size and seconds % size == 0:
            return Call("timedelta", (), ((unit, int(seconds // size)),))
    return Call("timedelta", (), (("seconds", int(seconds) if seconds % 1 == 0 else seconds),))


def seconds_of(pause: Call) -> float:
    """Return the seconds of a `timedelta`."""
    return float(sum(_SECONDS[unit] * amount for unit, amount in pause.kwargs))
