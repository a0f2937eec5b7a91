"""A plan as the manifest of a CronJob. Source of the names: Kubernetes, API reference, CronJob v1.

A job may try several times, each time with a pod of its own; what all its pods know, and no other
job's, is its name. Its controller ends that with the minute for which the job was scheduled
(Kubernetes, `pkg/controller/cronjob/utils.go`, getJobName). The annotation with the same moment is
on the job alone, where no pod can read it; nor can one read when its job was created.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.artifacts.descriptions import export_command, title
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.yaml_literals import block, comment
from shipway.errors import Finding, UnsupportedError, count
from shipway.mistakes import Mistakes
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Rendering
from shipway_exporters.containers import pod_settings, whole_pod
from shipway_exporters.containers.arguments import Placeholders, arguments, command
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.place import image_of, volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.pod_rules import is_too_long
from shipway_exporters.containers.target import Target
from shipway_exporters.kubernetes.rules import JOB_LABEL, JOB_NAME, NEVER, SUNDAY

TARGET = Target(name="kubernetes", title="Kubernetes")
DESCRIPTION, OWNER = "kubernetes.io/description", "owner"
HOPELESS = (2, 7)
"""Exit codes of `shipway.runtime` that no retry can mend: wrong usage, and another pipeline."""
_PROGRAM = 3  # python -m shipway.runtime
_NAME = f"$({JOB_NAME})"
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
    _check(plan, task)
    return Rendering(
        template="kubernetes/cron_job.yaml.j2",
        path=f"{plan.name}.yaml",
        context={
            "seal": seal_placeholder(),
            "title": comment(title(plan)),
            "command": comment(export_command(plan, TARGET.name)),
            "name": plan.name,
            "namespace": task.settings.namespace,
            "is_by_hand": not _cron(plan),
            "manual_runs": plan.run.runs,
            "metadata": block(_metadata(plan, task), 2),
            "spec": block(_spec(plan), 2),
            "job": block(_job(plan, task), 6),
            "pod": block(_pod(plan, task), 10),
            "pod_metadata": _block(pod_settings.metadata(task.settings, plan.run.labels), 10),
        },
    )


def _check(plan: Plan, task: Task) -> None:
    mistakes = Mistakes()
    with mistakes:
        volumes = volumes_in(plan, task)
        check_pods(plan, [task], TARGET, lambda _: volumes, whole_pod.CAPABILITIES)
    with mistakes:
        if findings := [*_of_run(plan), *_of_words(plan, task)]:
            raise UnsupportedError(*findings)
    mistakes.raise_all()


def _of_run(plan: Plan) -> Iterator[Finding]:
    cron = plan.run.schedule.cron if plan.run.schedule else None
    if cron and SUNDAY.search(cron.split()[-1]):
        yield Finding(
            what="Kubernetes knows Sunday as 0, not as 7.",
            where=plan.run.places.get("schedule"),
            remedy="Write 0, or SUN.",
        )
    if (plan.run.runs or 1) > 1:
        yield Finding(
            what=f"A CronJob lets one run go on at once, or any number, but not {plan.run.runs}.",
            where=plan.run.places.get("concurrency"),
            remedy="Set `concurrency: {runs: 1}`, or leave it out.",
        )


def _of_words(plan: Plan, task: Task) -> Iterator[Finding]:
    words = [*command(plan, TARGET, _PLACEHOLDERS), *_words(plan, task)]
    if any(map(is_too_long, words)):
        yield Finding(
            what=f"{count(len(task.nodes), 'node')} in one container: their names are more than "
            "one argument of a process may hold.",
            where=f"the pipeline `{plan.pipeline}`",
            remedy="Export parts of it, by `--tags` or as pipelines of their own.",
        )


def volumes_in(plan: Plan, task: Task) -> Sequence[Volume]:
    """Return the volumes that the pod mounts."""
    return volumes_of(plan, task, TARGET, pod_settings.VOLUMES)


def _block(value: Mapping[str, Any], indent: int) -> str:
    return block(value, indent) if value else ""


def _cron(plan: Plan) -> str | None:
    return plan.run.schedule.cron if plan.run.schedule else None


def _metadata(plan: Plan, task: Task) -> dict[str, Any]:
    annotations = {DESCRIPTION: plan.run.description, OWNER: plan.run.owner}
    parts = {
        "name": plan.name,
        "namespace": task.settings.namespace,
        "labels": dict(plan.run.labels),
        "annotations": _without_empty(annotations),
    }
    return _without_empty(parts)


def _spec(plan: Plan) -> dict[str, Any]:
    options, schedule = plan.options, plan.run.schedule
    clock = {"schedule": _cron(plan) or NEVER}
    if schedule and schedule.cron:
        clock["timeZone"] = schedule.timezone
    limits = {
        "suspend": not _cron(plan) or options.get("suspend") or None,
        "startingDeadlineSeconds": _seconds(options.get("starting_deadline")),
        "concurrencyPolicy": "Forbid" if plan.run.runs else None,
        "successfulJobsHistoryLimit": options.get("successful_jobs"),
        "failedJobsHistoryLimit": options.get("failed_jobs"),
    }
    return {**clock, **_without_none(limits)}


def _job(plan: Plan, task: Task) -> dict[str, Any]:
    parts: dict[str, Any] = {
        # Without it, a job tries seven times (`pkg/apis/batch/v1/defaults.go`).
        "backoffLimit": task.settings.retries or 0,
        "activeDeadlineSeconds": _seconds(plan.options.get("deadline")),
        "ttlSecondsAfterFinished": _seconds(plan.options.get("keep_jobs")),
    }
    if task.settings.retries:
        codes = {"containerName": plan.name, "operator": "In", "values": [*HOPELESS]}
        rules = [{"action": "FailJob", "onExitCodes": codes}]
        parts["podFailurePolicy"] = {"rules": rules}
    return _without_none(parts)


def _pod(plan: Plan, task: Task) -> dict[str, Any]:
    spec = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": _seconds(task.settings.timeout),
        **pod_settings.scheduling(task.settings),
        "containers": [_container(plan, task)],
        "volumes": pod_settings.volumes(volumes_in(plan, task)) or None,
    }
    return _without_none(spec)


def _container(plan: Plan, task: Task) -> dict[str, Any]:
    own = pod_settings.container(task.settings, volumes_in(plan, task))
    name = {"name": JOB_NAME, "valueFrom": {"fieldRef": {"fieldPath": JOB_LABEL}}}
    program = command(plan, TARGET, _PLACEHOLDERS)
    return {
        "name": plan.name,
        "image": image_of(plan, task, TARGET),
        "command": [*map(escape_expansions, task.settings.command_prefix), *program[:_PROGRAM]],
        "args": [*program[_PROGRAM:], *_words(plan, task)],
        "env": [name, *own.pop("env", ())],
        **own,
    }


def _words(plan: Plan, task: Task) -> list[str]:
    """Return what is the task's own; of very many nodes, it is told the names alone."""
    # Nobody sets a parameter as a job starts, so that none is told its exported default.
    bare = replace(plan, parameters=())
    words = arguments(bare, task, _PLACEHOLDERS)
    if not any(map(is_too_long, words)):
        return words
    return arguments(bare, task, _PLACEHOLDERS, names_only=True)


def _seconds(duration: float | None) -> int | None:
    """Return whole seconds: half a one becomes one, as 0 would mean at once."""
    return None if duration is None else math.ceil(duration)


def _without_none(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value is not None}


def _without_empty(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value}
