"""The schedule of a pipeline, as Vertex AI's API takes it, but for the spec.

Source of the fields: `google/cloud/aiplatform/v1/schedule.proto` and `pipeline_job.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.yaml_literals import block, comment
from shipway.errors import Finding
from shipway.planner.plan import Plan
from shipway.settings.values import Schedule
from shipway.targets.exporter import Rendering
from shipway_exporters.containers.go_cron import is_read
from shipway_exporters.kubeflow.schedule import path_of, start_of_schedule
from shipway_exporters.kubeflow.vertex.labels import labels_of
from shipway_exporters.kubeflow.vertex.names import TARGET
from shipway_exporters.kubeflow.vertex.start import create_of

_NEEDED = ("project", "location", "pipeline_root")


def root_of(plan: Plan) -> dict[str, str]:
    """Return what a spec says of the folder of its runs; the SDK reads it there."""
    root = plan.options.get("pipeline_root")
    return {"defaultPipelineRoot": root} if root else {}


def schedule_of(plan: Plan) -> Iterator[Rendering]:
    """Yield the schedule of a pipeline that is started by the clock."""
    schedule = plan.run.schedule
    if schedule is None or schedule.cron is None:
        return
    yield Rendering(
        template="kubeflow/vertex.schedule.yaml.j2",
        path=path_of(plan),
        context={
            "seal": seal_placeholder(),
            "pipeline": comment(plan.pipeline),
            "project": plan.project,
            "create": [comment(line) for line in create_of(plan)],
            "schedule": block(_schedule(plan, schedule)),
        },
    )


def _schedule(plan: Plan, schedule: Schedule) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "displayName": plan.name,
        "cron": f"TZ={schedule.timezone} {schedule.cron}",
    }
    if schedule.start:
        fields["startTime"] = start_of_schedule(schedule)
    # How many may start at once: it is required, also where nobody has set a limit.
    fields["maxConcurrentRunCount"] = plan.run.runs or 1
    if plan.run.runs:
        fields["maxConcurrentActiveRunCount"] = plan.run.runs
    # Otherwise a run that would be one too many is skipped.
    fields["allowQueueing"] = True
    fields["createPipelineJobRequest"] = {"parent": parent_of(plan), "pipelineJob": _job(plan)}
    return fields


def parent_of(plan: Plan) -> str:
    """Return where a schedule and its runs belong."""
    return f"projects/{plan.options['project']}/locations/{plan.options['location']}"


def _job(plan: Plan) -> dict[str, Any]:
    account = plan.options.get("service_account")
    return {
        "displayName": plan.name,
        **({"labels": labels} if (labels := labels_of(plan)) else {}),
        **({"serviceAccount": account} if account else {}),
        "runtimeConfig": {"gcsOutputDirectory": plan.options["pipeline_root"]},
    }


def schedule_faults(plan: Plan) -> Iterator[Finding]:
    """Yield what a schedule lacks, or what Vertex AI would read otherwise."""
    schedule = plan.run.schedule
    if schedule is None or schedule.cron is None:
        return
    for option in _NEEDED:
        if option not in plan.options:
            yield Finding(
                what=f"A schedule of Vertex AI needs `{option}`.",
                where=f"{TARGET.option(option)}, which is not set",
                remedy="Set it there: it is a name, and no secret.",
            )
    if not is_read(str(schedule.cron)):
        yield Finding(
            what="Google's documentation does not say that Vertex AI reads 7 as Sunday.",
            where=plan.run.places.get("schedule"),
            remedy="Write 0, or SUN.",
        )
