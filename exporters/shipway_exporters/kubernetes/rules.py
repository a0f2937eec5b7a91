"""The rule check of an emitted CronJob. Source: Kubernetes, `pkg/apis/batch/validation`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipway.schemas.document import value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.shapes import Choice, Flag, ListOf, Whole
from shipway.schemas.strict import problems_in, strict_record
from shipway.settings.units import CRON, TIMEZONE
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.pod_rules import (
    METADATA,
    TEXT,
    metadata_faults,
    pod_faults,
    pod_shape,
)

NEVER = "@yearly"
"""A CronJob must have a schedule, also one that is suspended for good."""
JOB_NAME, JOB_LABEL = "SHIPWAY_RUN_ID", "metadata.labels['batch.kubernetes.io/job-name']"
"""The variable with the job's name; `shipway.runtime` sets it to the same, and users cannot."""
SUNDAY = re.compile(r"(?<!/)\b7\b")
"""A whole 7, but not the step of `*/7`. Source: `robfig/cron`, whose week ends with 6."""
_TEMPLATE: DocumentPath = ("spec", "jobTemplate", "spec", "template")
_CODES = strict_record(
    {"containerName": TEXT, "operator": Choice(("In",)), "values": ListOf(Whole(1), least=1)},
    required={"containerName", "operator", "values"},
)
_RULES = ListOf(strict_record({"action": Choice(("FailJob",)), "onExitCodes": _CODES}), least=1)
_POD = pod_shape(restartPolicy=Choice(("Never",)), activeDeadlineSeconds=Whole(1))
_JOB = strict_record(
    {
        **dict.fromkeys(("backoffLimit", "ttlSecondsAfterFinished"), Whole()),
        "activeDeadlineSeconds": Whole(1),
        "podFailurePolicy": strict_record({"rules": _RULES}),
        "template": strict_record(
            {"metadata": strict_record(METADATA), "spec": _POD}, "", {"spec"}
        ),
    },
    "the job",
    {"backoffLimit", "template"},
)
_SPEC = strict_record(
    {
        **dict.fromkeys(("successfulJobsHistoryLimit", "failedJobsHistoryLimit"), Whole()),
        "startingDeadlineSeconds": Whole(),
        "schedule": TEXT,
        "timeZone": TIMEZONE,
        "suspend": Flag(),
        "concurrencyPolicy": Choice(("Forbid",)),
        "jobTemplate": strict_record({"spec": _JOB}, "the template of jobs", {"spec"}),
    },
    "the spec",
    {"schedule", "jobTemplate"},
)
_METADATA = strict_record({"name": TEXT, "namespace": TEXT, **METADATA}, "the metadata", {"name"})
_KEYS = {"apiVersion": Choice(("batch/v1",)), "kind": Choice(("CronJob",))}
_MANIFEST = strict_record(
    {**_KEYS, "metadata": _METADATA, "spec": _SPEC}, "it", {*_KEYS, "metadata", "spec"}
)


def faults(manifest: Any) -> Iterator[Problem]:
    """Yield all that is wrong; what has no known form hides the rest."""
    problems = problems_in(manifest, _MANIFEST)
    yield from problems
    if not problems:
        template = value_at(manifest, *map(str, _TEMPLATE))
        yield from metadata_faults(manifest["metadata"], ("metadata",))
        yield from metadata_faults(template.get("metadata", {}), (*_TEMPLATE, "metadata"))
        yield from pod_faults(template["spec"], (*_TEMPLATE, "spec"), {JOB_NAME})
        yield from _cron_job(manifest)
        yield from _job(manifest["spec"]["jobTemplate"]["spec"])


def _cron_job(manifest: Any) -> Iterator[Problem]:
    name, namespace = manifest["metadata"]["name"], manifest["metadata"].get("namespace", "default")
    if not names.is_object(name) or len(name) > 52 or not names.is_namespace(namespace):
        what = f"`{namespace}/{name}` is no name of a CronJob, which has 52 characters at most."
        yield Problem(("metadata", "name"), what)
    spec, schedule = manifest["spec"], manifest["spec"]["schedule"]
    if schedule == NEVER and not spec.get("suspend"):
        yield Problem(("spec", "suspend"), "Without a schedule of its own it must be suspended.")
    if schedule != NEVER and ("timeZone" not in spec or problems_in(schedule, CRON)):
        yield Problem(("spec", "schedule"), f"`{schedule}` is no cron expression with a zone.")
    if schedule != NEVER and SUNDAY.search(schedule.split(" ")[-1]):
        yield Problem(("spec", "schedule"), "Kubernetes knows Sunday as 0, not as 7.")


def _job(job: Any) -> Iterator[Problem]:
    place = (*_TEMPLATE, "spec", "containers")
    container, *others = job["template"]["spec"]["containers"]
    if others:
        yield Problem((*place, 1), "All nodes run in one container.")
    # Later variables and words refer to it, and only to what stands before them.
    first = (container.get("env") or [{}])[0]
    if value_at(first, "valueFrom", "fieldRef", "fieldPath") != JOB_LABEL:
        yield Problem((*place, 0, "env", 0), f"`{JOB_NAME}` must come first, with the job's name.")
    for rule in value_at(job, "podFailurePolicy", "rules") or []:
        if rule["onExitCodes"]["containerName"] != container["name"]:
            what = f"There is no container `{rule['onExitCodes']['containerName']}`."
            yield Problem(("spec", "jobTemplate", "spec", "podFailurePolicy"), what)
