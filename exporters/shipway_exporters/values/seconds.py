"""Seconds, written as shortly as they can be."""

from __future__ import annotations


def seconds(value: float) -> float | int:
    """Return a number as a person would write it: `30`, and not `30.0`."""
    return int(value) if value % 1 == 0 else value
