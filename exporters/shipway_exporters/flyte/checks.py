"""What Flyte or Kubernetes would refuse of a plan, with its place in the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.zones import is_same_zone
from shipway_exporters.containers.fill_ins import odd_fault, refused_texts
from shipway_exporters.containers.go_cron import cron_faults
from shipway_exporters.containers.pod_checks import pod_findings
from shipway_exporters.flyte.capabilities import CAPABILITIES
from shipway_exporters.flyte.options import TARGET
from shipway_exporters.flyte.pods import volumes_in
from shipway_exporters.values.server_zone import server_zone

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
"""What a secret can be called (`flytekit.Secret`, `env_var`)."""
MOST_NODES = 100
"""Nodes of a workflow that a server takes unless its configuration says otherwise (Flyte,
`registration.maxWorkflowNodes`)."""
_WRITTEN = [
    name
    for name, support in CAPABILITIES.items()
    # Time-outs are Flyte's, not a pod's.
    if support.level == "native" and name not in ("timeout", "resources.gpu_type")
]


def check_plan(plan: Plan) -> None:
    """Check the settings of a plan, before anything is written.

    Raises:
        UnsupportedError: some of them have no form; one finding for each.
    """
    volumes = lambda task: volumes_in(plan, task)  # noqa: E731
    findings = [
        *pod_findings(plan, plan.tasks, TARGET, volumes, _WRITTEN),
        *refused_texts(plan, TARGET, volumes, odd_fault),
        *_schedule(plan),
        *(finding for task in plan.tasks for finding in _secrets(task)),
    ]
    if findings:
        raise UnsupportedError(*dict.fromkeys(findings))


def notes(plan: Plan) -> Iterator[str]:
    """Yield what deserves a look before a plan runs."""
    nodes = len(plan.tasks) + 1 + bool(plan.cleanup)
    if nodes > MOST_NODES:
        yield (
            f"A workflow of {nodes} nodes: a server takes {MOST_NODES} unless its "
            "`registration.maxWorkflowNodes` says otherwise."
        )


def _schedule(plan: Plan) -> Iterator[Finding]:
    schedule, where = plan.run.schedule, plan.run.places.get("schedule")
    yield from cron_faults(plan, schedule.cron if schedule else None, TARGET.title)
    # flyteadmin, `scheduler/core/gocron_scheduler.go`.
    zone = server_zone(plan)
    if schedule and schedule.cron and not is_same_zone(schedule.timezone, zone):
        yield Finding(
            what=f"Flyte's scheduler reads cron in its own zone, here {zone}, and the schedule is "
            f"written in {schedule.timezone}.",
            where=where,
            remedy="Write the schedule in that zone; or give the scheduler another (`useUTCTz: "
            f"false`, and `TZ`), and set `timezone: {schedule.timezone}` under targets.flyte.",
        )


def _secrets(task: Task) -> Iterator[Finding]:
    for variable in task.settings.secrets:
        if not VARIABLE.fullmatch(variable):
            yield Finding(
                what=f"Flyte fills no variable `{variable}` from a secret.",
                where=task.settings.places.get(f"secrets.{variable}"),
                remedy="Write it in capital letters, digits and `_`.",
            )
