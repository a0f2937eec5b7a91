"""What Vertex AI is given, read back, where it differs from what a cluster is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway.tasks import task_job
from shipway_exporters.kubeflow.vertex.labels import OWNER
from shipway_exporters.values.days import day_in, moment_in

KEYS = task_job.KEYS | frozenset(
    {"parameters", "image", "retries", "retry_delay", "retry_backoff", "timeout", "env"}
    | {"resources.cpu", "resources.memory", "resources.gpu", "resources.gpu_type"}
    | {"command_prefix", "description", "inputs", "schedule.cron", "schedule.start"}
    | {"run_parameters.logical_date", "run_parameters.run_id"}
)
"""What can be read of a spec; the schedule's are compared where one should be."""
SCHEDULE_KEYS: Mapping[str, str] = {
    "concurrency.runs": "a limit of the runs of a schedule alone",
    "labels": "given to each run as it is started",
    "owner": "a label, likewise",
}


def timeout_in(_pod: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the time-out of a task, in seconds."""
    if "timeout" in job:
        yield "timeout", float(job["timeout"])


def schedule_in(schedule: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield what a schedule says, by capability."""
    zone, cron = schedule["cron"].removeprefix("TZ=").split(" ", 1)
    yield "schedule.cron", (cron, zone)
    if "startTime" in schedule:
        yield "schedule.start", day_in(moment_in(schedule["startTime"]), zone)
    if "maxConcurrentActiveRunCount" in schedule:
        yield "concurrency.runs", schedule["maxConcurrentActiveRunCount"]
    labels = dict(schedule["createPipelineJobRequest"]["pipelineJob"].get("labels", {}))
    # A label of this name is one like others where the settings have made it one.
    if OWNER in labels and OWNER not in plan.run.labels:
        yield "owner", labels.pop(OWNER)
    if labels:
        yield "labels", labels
