"""What lies outside the spec: the recurring run, as a file to read and commands to run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.yaml_literals import block, comment
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.settings.values import Schedule
from shipway.settings.zones import is_same_zone
from shipway.targets.exporter import Rendering
from shipway_exporters.containers.go_cron import cron_faults
from shipway_exporters.values.server_zone import server_zone

# The server refuses a job of more at once when it is created.
_MOST_RUNS = 10


def path_of(plan: Plan) -> str:
    """Return where the recurring run of a pipeline stands."""
    return f"{plan.name}.schedule.yaml"


def recurring_run(plan: Plan) -> Iterator[Rendering]:
    """Yield the recurring run of a pipeline that is started by the clock.

    Raises:
        UnsupportedError: the server would read the schedule otherwise.
    """
    schedule = plan.run.schedule
    if schedule is None or schedule.cron is None:
        return
    _check(plan, schedule)
    run = _run(plan, schedule)
    yield Rendering(
        template="kubeflow/schedule.yaml.j2",
        path=path_of(plan),
        context={
            "seal": seal_placeholder(),
            "pipeline": comment(plan.pipeline),
            "project": plan.project,
            "create": comment(_command(plan, run)),
            "run": block(run),
        },
    )


def _run(plan: Plan, schedule: Schedule) -> dict[str, Any]:
    """Fields as of the server's `RecurringRun` (API v2beta1). Its cron begins with seconds."""
    trigger: dict[str, Any] = {"cron": f"0 {schedule.cron}"}
    if schedule.start:
        trigger["start_time"] = start_of_schedule(schedule)
    run: dict[str, Any] = {"display_name": plan.name, "trigger": {"cron_schedule": trigger}}
    # The server refuses 0, so that runs without a limit in the settings come one by one.
    run["max_concurrency"] = plan.run.runs or 1
    run["no_catchup"] = not schedule.catchup
    return run


def start_of_schedule(schedule: Schedule) -> str:
    """Return the moment at which the first day of a schedule begins."""
    day = datetime.fromisoformat(str(schedule.start)).replace(tzinfo=ZoneInfo(schedule.timezone))
    # In UTC: `google.protobuf.Timestamp` is written as RFC 3339 with a `Z`.
    return day.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _command(plan: Plan, run: dict[str, Any]) -> str:
    trigger = run["trigger"]["cron_schedule"]
    words = ["kfp", "recurring-run", "create", "--job-name", plan.name]
    words += ["--experiment-name", plan.project, "--pipeline-package-path", f"{plan.name}.yaml"]
    words += ["--cron-expression", trigger["cron"]]
    words += ["--start-time", trigger["start_time"]] if "start_time" in trigger else []
    words += ["--max-concurrency", str(run["max_concurrency"])]
    words += ["--no-catchup" if run["no_catchup"] else "--catchup"]
    return shlex.join(words)


def _check(plan: Plan, schedule: Schedule) -> None:
    findings = []
    zone = server_zone(plan)
    if not is_same_zone(schedule.timezone, zone):
        findings.append(
            Finding(
                what=f"The server reads cron in its own zone, here {zone}, and the schedule is "
                f"written in {schedule.timezone}.",
                where=plan.run.places.get("schedule"),
                remedy="Write the schedule in that zone; or set CRON_SCHEDULE_TIMEZONE of the "
                f"server, and `timezone: {schedule.timezone}` under targets.kubeflow.",
            )
        )
    findings += cron_faults(plan, str(schedule.cron), "The server")
    if (plan.run.runs or 1) > _MOST_RUNS:
        findings.append(
            Finding(
                what=f"The server takes at most {_MOST_RUNS} runs at once.",
                where=plan.run.places.get("concurrency"),
                remedy=f"Set `concurrency: {{runs: {_MOST_RUNS}}}`.",
            )
        )
    if findings:
        raise UnsupportedError(*findings)
