"""Which schedules a CronJob may have: those that its controller's parser reads."""

from __future__ import annotations

import re

# robfig/cron v3, parser.go: ParseStandard. Its week ends with 6, and a question mark is a star.
_MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_RANGE = re.compile(r"(?P<low>\*|\?|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>[0-9]+))?")


def schedule_problem(schedule: str) -> str | None:
    """Return why the parser takes no schedule, if it takes none."""
    if schedule.startswith("@"):
        return None if schedule in _MACROS else f"unrecognized descriptor: {schedule}"
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"expected exactly 5 fields, found {len(fields)}"
    problems = (
        _range_problem(part, low, high, names)
        for text, (_, low, high, names) in zip(fields, _FIELDS, strict=True)
        for part in text.split(",")
    )
    return next(filter(None, problems), None)


def _range_problem(text: str, low: int, high: int, names: dict[str, int]) -> str | None:
    match = _RANGE.fullmatch(text)
    if match is None or match["step"] == "0" or (match["low"] in "*?" and match["high"]):
        return f"failed to parse {text}"
    if match["low"] in "*?":
        return None
    ends = [names.get(end.lower(), end) for end in (match["low"], match["high"]) if end]
    if not all(str(end).isdigit() for end in ends):
        return f"failed to parse {text}"
    first, last = int(ends[0]), int(ends[-1])
    if not low <= first <= last <= high:
        return f"beginning or end of range {text} is not within {low}-{high}"
    return None
