"""The recurring run of a server on a cluster, read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway_exporters.values.days import first_day, moment_in
from shipway_exporters.values.server_zone import zone_as_written


def settings_in(run: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield what a recurring run says, by capability."""
    zone = zone_as_written(plan)
    # The server's cron begins with seconds, which ours does not have.
    yield "schedule.cron", (run["trigger"]["cron_schedule"]["cron"].removeprefix("0 "), zone)
    if not run["no_catchup"]:
        yield "schedule.catchup", True
    if "start_time" in run["trigger"]["cron_schedule"]:
        start = moment_in(run["trigger"]["cron_schedule"]["start_time"])
        yield "schedule.start", first_day(start, plan)
    if plan.run.runs or run["max_concurrency"] != 1:
        yield "concurrency.runs", run["max_concurrency"]
