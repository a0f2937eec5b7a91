"""A plan as the manifest of a CronJob. Source of the names: Kubernetes, API reference, CronJob v1.

The controller ends the name of each job with the minute for which it was scheduled (Kubernetes,
`pkg/controller/cronjob/utils.go`, getJobName): so the name says when the run is of.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.artifacts.yaml_literals import block
from shipway.errors import Finding, UnsupportedError, count
from shipway.mistakes import Mistakes
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Schedule
from shipway.targets.exporter import Rendering
from shipway.tasks.limits import is_too_long
from shipway_exporters.containers import whole_pod
from shipway_exporters.containers.arguments import Placeholders
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.fill_ins import odd_fault, refused_texts
from shipway_exporters.containers.go_cron import cron_faults
from shipway_exporters.containers.kubernetes_job import JOB_LABEL, job
from shipway_exporters.containers.target import Target
from shipway_exporters.containers.whole_pod import whole_seconds, without_none
from shipway_exporters.kubernetes.rules import JOB_NAME, NEVER, SYNC

TARGET = Target(name="kubernetes", title="Kubernetes")
DESCRIPTION, OWNER = "kubernetes.io/description", "owner"
_NAME = f"$({JOB_NAME})"
_VARIABLE = {"name": JOB_NAME, "valueFrom": {"fieldRef": {"fieldPath": JOB_LABEL}}}
_PLACEHOLDERS = Placeholders(
    run_id=_NAME,
    created=_NAME,
    facts={"run_id": _NAME, "logical_date": _NAME},
    kinds={"logical_date": "moment"},
    literal=escape_expansions,
)


def rendering(plan: Plan) -> Rendering:
    """Return the file of a plan.

    Raises:
        UnsupportedError: Kubernetes would refuse some of it, or read it otherwise.
    """
    (task,) = plan.tasks
    mistakes = Mistakes()
    with mistakes:
        whole_pod.check(plan, task, TARGET)
    with mistakes:
        if findings := [*_findings(plan, task)]:
            raise UnsupportedError(*findings)
    mistakes.raise_all()
    return Rendering(
        template="kubernetes/cron_job.yaml.j2",
        path=f"{plan.name}.yaml",
        context={
            **yaml_head(plan, TARGET.name),
            "name": plan.name,
            "namespace": task.settings.namespace,
            "is_by_hand": _clock(plan).cron is None,
            "manual_runs": plan.run.runs,
            "metadata": block(_metadata(plan, task), 2),
            "spec": block(_spec(plan), 2),
            "job": block(_job(plan, task), 6),
        },
    )


def _findings(plan: Plan, task: Task) -> Iterator[Finding]:
    volumes = partial(whole_pod.volumes_in, plan, target=TARGET)
    yield from refused_texts(plan, TARGET, volumes, odd_fault)
    yield from cron_faults(plan, _clock(plan).cron, TARGET.title)
    if (plan.run.runs or 1) > 1:
        yield Finding(
            what=f"A CronJob lets one run go on at once, or any number, but not {plan.run.runs}.",
            where=plan.run.places.get("concurrency"),
            remedy="Set `concurrency: {runs: 1}`, or leave it out.",
        )
    if plan.options.get("starting_deadline", SYNC) < SYNC:
        yield Finding(
            what=f"Runs that are due would be missed: Kubernetes looks for them every {SYNC} s.",
            where=TARGET.option("starting_deadline"),
            remedy=f"Set it to `{SYNC}s` or more.",
        )
    if any(map(is_too_long, whole_pod.words(plan, task, _PLACEHOLDERS))):
        yield Finding(
            what=f"{count(len(task.nodes), 'node')} in one container: their names are more than "
            "one argument of a process may hold.",
            where=f"the pipeline `{plan.pipeline}`",
            remedy="Export parts of it, by `--tags` or as pipelines of their own.",
        )


def idle_options(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield where a time-out stands that can never end a try, with the reason.

    A job's deadline counts from its start on, and ends its pods (Kubernetes, Jobs, "Job termination
    and cleanup").
    """
    (task,) = plan.tasks
    timeout = whole_seconds(task.settings.timeout)
    deadline = whole_seconds(plan.options.get("deadline"))
    if timeout and deadline and deadline <= timeout:
        why = f"one try may take {timeout:,} s, and `{TARGET.option('deadline')}` ends all of them "
        yield task.settings.places.get("timeout", "timeout"), f"{why}after {deadline:,} s"


def _clock(plan: Plan) -> Schedule:
    return plan.run.schedule or Schedule()


def _metadata(plan: Plan, task: Task) -> dict[str, Any]:
    texts = {DESCRIPTION: plan.run.description, OWNER: plan.run.owner}
    metadata = whole_pod.object_metadata(plan, plan.name, texts)
    return without_none({**metadata, "namespace": task.settings.namespace})


def _spec(plan: Plan) -> dict[str, Any]:
    options, clock = plan.options, _clock(plan)
    parts = {
        "schedule": clock.cron or NEVER,
        "timeZone": clock.timezone if clock.cron else None,
        "suspend": clock.cron is None or options.get("suspend") or None,
        "startingDeadlineSeconds": whole_seconds(options.get("starting_deadline")),
        "concurrencyPolicy": "Forbid" if plan.run.runs else None,
        "successfulJobsHistoryLimit": options.get("successful_jobs"),
        "failedJobsHistoryLimit": options.get("failed_jobs"),
    }
    return without_none(parts)


def _job(plan: Plan, task: Task) -> dict[str, Any]:
    container = whole_pod.container(
        plan, task, TARGET, _PLACEHOLDERS, name=plan.name, variables=[_VARIABLE]
    )
    deadline, keep = plan.options.get("deadline"), plan.options.get("keep_jobs")
    template = whole_pod.template(plan, task, TARGET, container)
    return {**job(task, plan.name, deadline, keep), "template": template}
