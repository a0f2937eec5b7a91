"""Rules of what starts runs.

Source: Jobs API 2.2, `schedule` and `trigger`; Quartz, `CronExpression`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.schemas.document import sequence, text, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway.settings.zones import is_zone
from shipway_exporters.databricks.rules_view import Rule, View

_STARTS = ("schedule", "trigger", "triggers", "continuous")
_DAYS = "SUN MON TUE WED THU FRI SAT".split()
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("second", 0, 59, []),
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of the month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 1, 7, _DAYS),
    ("year", 1970, 2199, []),
)
_DAY_FIELDS = (3, 5)
_TABLE = re.compile(r"[^.\s]+\.[^.\s]+\.[^.\s]+")


def one_start(view: View) -> Iterator[Problem]:
    """Of `schedule`, `trigger` and `continuous` a job has one."""
    starts = [name for name in _STARTS if name in view.job]
    if len(starts) > 1:
        yield Problem((starts[1],), f"The job has a `{starts[0]}` already.")


def valid_cron(view: View) -> Iterator[Problem]:
    """Six fields or seven, and a `?` in one of the two fields of days."""
    path: DocumentPath = ("schedule", "quartz_cron_expression")
    if "schedule" not in view.job:
        return
    fields = text(value_at(view.job, *map(str, path))).split()
    if len(fields) not in (6, 7):
        yield Problem(path, f"A cron of Quartz has 6 or 7 fields, not {len(fields)}.")
        return
    if sum(fields[index] == "?" for index in _DAY_FIELDS) != 1:
        yield Problem(path, "A cron of Quartz has `?` for one of its two fields of days.")
    for index, field in enumerate(fields):
        name, low, high, words = _FIELDS[index]
        is_any = field == "?" and index in _DAY_FIELDS
        if not is_any and not all(_is_part(part, low, high, words) for part in field.split(",")):
            yield Problem(path, f"`{field}` is no {name} of Quartz.")


def known_zone(view: View) -> Iterator[Problem]:
    """`timezone_id`: of Java, whose names are those of IANA."""
    zone = text(value_at(view.job, "schedule", "timezone_id"))
    if "schedule" in view.job and not is_zone(zone):
        yield Problem(("schedule", "timezone_id"), f"There is no time zone `{zone}`.")


def whole_tables(view: View) -> Iterator[Problem]:
    """`table_update.table_names`: catalog, schema and table."""
    path = ("trigger", "table_update", "table_names")
    if value_at(view.job, "trigger", "table_update") is None:
        return
    names = sequence(value_at(view.job, *path))
    if not names:
        yield Problem(path, "No table starts a run.")
    for index, name in enumerate(names):
        if not _TABLE.fullmatch(text(name)):
            yield Problem((*path, index), f"`{name}` is no `catalog.schema.table`.")


def _is_part(part: str, low: int, high: int, words: list[str]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdigit() and 0 < int(step) <= high):
        return False
    ends = [_number(end, low, words) for end in span.split("-")]
    return span == "*" or (
        len(ends) <= 2 and all(low <= end <= high for end in ends) and ends[0] <= ends[-1]
    )


def _number(text: str, low: int, words: list[str]) -> int:
    if text in words:
        return low + words.index(text)
    return int(text) if text.isdigit() else -1


RULES: tuple[Rule, ...] = (one_start, valid_cron, known_zone, whole_tables)
