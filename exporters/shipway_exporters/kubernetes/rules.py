"""The rule check of an emitted CronJob. Source: Kubernetes, `pkg/apis/batch/validation`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.schemas.document import is_odd, texts
from shipway.schemas.problems import Problem
from shipway.schemas.shapes import Choice, Flag, Whole
from shipway.schemas.strict import problems_in, strict_record
from shipway.settings.units import CRON
from shipway.settings.zones import TIMEZONE
from shipway_exporters.containers.go_cron import is_read
from shipway_exporters.containers.kubernetes_job import JOB, job_faults
from shipway_exporters.containers.pod_rules import object_faults
from shipway_exporters.containers.pod_schema import TEXT, object_of

NEVER = "@yearly"
"""A CronJob must have a schedule, also one that is suspended for good."""
JOB_NAME = "SHIPWAY_RUN_ID"
"""The variable with the job's name; `shipway.runtime` sets it to the same, and users cannot."""
SYNC = 10
"""Seconds from one look of the controller to the next: with a shorter deadline it may miss a run
that is due (Kubernetes, CronJob, "Deadline for delayed Job start")."""
_SPEC = strict_record(
    {
        **dict.fromkeys(("successfulJobsHistoryLimit", "failedJobsHistoryLimit"), Whole()),
        "startingDeadlineSeconds": Whole(SYNC),
        "schedule": TEXT,
        "timeZone": TIMEZONE,
        "suspend": Flag(),
        "concurrencyPolicy": Choice(("Forbid",)),
        "jobTemplate": strict_record({"spec": JOB}, "the template of jobs", {"spec"}),
    },
    "the spec",
    {"schedule", "jobTemplate"},
)
_MANIFEST = object_of("CronJob", "batch/v1", "spec", _SPEC)


def faults(manifest: Any) -> Iterator[Problem]:
    """Yield all that is wrong; what has no known form hides the rest."""
    problems = problems_in(manifest, _MANIFEST)
    yield from problems
    for place, text in texts(manifest):
        if is_odd(text):
            yield Problem(place, "No server takes NUL, nor half of a surrogate pair.")
    if not problems:
        spec = manifest["spec"]
        # The controller adds 11 characters for the name of a job.
        yield from object_faults(manifest["metadata"], ("metadata",), longest=52)
        yield from _clock(**{"timeZone": None, "suspend": False, **spec})
        yield from job_faults(
            spec["jobTemplate"]["spec"], ("spec", "jobTemplate", "spec"), JOB_NAME
        )


def _clock(schedule: str, timeZone: str | None, suspend: bool, **_: Any) -> Iterator[Problem]:  # noqa: N803 - fields of Kubernetes
    if schedule == NEVER:
        if not suspend:
            what = "Without a schedule of its own it must be suspended."
            yield Problem(("spec", "suspend"), what)
    elif timeZone is None or problems_in(schedule, CRON):
        yield Problem(("spec", "schedule"), f"`{schedule}` is no cron expression with a zone.")
    elif not is_read(schedule):
        yield Problem(("spec", "schedule"), "Kubernetes knows Sunday as 0, not as 7.")
