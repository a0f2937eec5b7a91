"""The zone in which a server reads all cron expressions, where a schedule has none of its own."""

from __future__ import annotations

from shipway.planner.plan import Plan
from shipway.settings.zones import is_same_zone


def server_zone(plan: Plan) -> str:
    """Return the zone of the server, by the option `timezone`; UTC unless it says otherwise."""
    return str(plan.options.get("timezone", "UTC"))


def zone_as_written(plan: Plan) -> str:
    """Return the same by the name that the schedule has for it, if it has one."""
    zone, schedule = server_zone(plan), plan.run.schedule
    is_same = schedule is not None and is_same_zone(schedule.timezone, zone)
    return schedule.timezone if schedule and is_same else zone
