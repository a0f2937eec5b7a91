"""The first day of a schedule on a target that has a moment in its place."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from shipway.planner.plan import Plan


def moment_in(text: str) -> datetime:
    """Return the moment of a text as RFC 3339 has it."""
    # `fromisoformat` reads no `Z` before Python 3.11.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def first_day(moment: datetime, plan: Plan) -> str:
    """Return the day that begins at a moment, in the schedule's zone; the moment if none does."""
    schedule = plan.run.schedule
    return day_in(moment, schedule.timezone if schedule else "UTC")


def day_in(moment: datetime, zone: str) -> str:
    """Return the day that begins at a moment in a zone, likewise."""
    local = moment.astimezone(ZoneInfo(zone))
    is_midnight = local.time() == time()
    return local.date().isoformat() if is_midnight else local.isoformat()
