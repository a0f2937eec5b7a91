"""The jobs of a CronJob: by the clock, whose time a test says, and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from zoneinfo import ZoneInfo

from .objects import Object

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"


def of_clock(cron_job: Object, jobs: Sequence[Object], moment: datetime) -> Object | None:
    """Return the job that a CronJob starts at a moment, if it starts one.

    Source: pkg/controller/cronjob, syncCronJob, getJobFromTemplate2 and getJobName.

    Args:
        jobs: those of its namespace.
    """
    spec = cron_job["spec"]
    if spec.get("suspend"):
        return None
    if spec.get("concurrencyPolicy") == "Forbid" and any(_is_active(cron_job, job) for job in jobs):
        return None
    name = f"{cron_job['metadata']['name']}-{int(moment.timestamp()) // 60}"
    local = moment.astimezone(ZoneInfo(spec.get("timeZone") or "UTC"))
    return _job(cron_job, name, {SCHEDULED: local.isoformat()}, {"controller": True})


def by_hand(cron_job: Object, name: str) -> Object:
    """Return the job that `kubectl create job NAME --from=cronjob/…` asks for.

    Source: kubectl, pkg/cmd/create/create_job.go, createJobWithCronJob.
    """
    return _job(cron_job, name, {"cronjob.kubernetes.io/instantiate": "manual"}, {})


def _job(cron_job: Object, name: str, annotations: Object, more: Object) -> Object:
    template, meta = deepcopy(cron_job["spec"]["jobTemplate"]), cron_job["metadata"]
    own = template.get("metadata") or {}
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": meta["name"], "uid": meta["uid"]}
    return {
        "metadata": {
            "name": name,
            "labels": own.get("labels") or {},
            "annotations": {**(own.get("annotations") or {}), **annotations},
            "ownerReferences": [{**owner, **more}],
        },
        "spec": template["spec"],
    }


def _is_active(cron_job: Object, job: Object) -> bool:
    """Tell whether a job counts: those that the controller has started, until they have ended."""
    owners = [owner["uid"] for owner in job["metadata"].get("ownerReferences") or []]
    is_own = cron_job["metadata"]["uid"] in owners
    by_clock = SCHEDULED in (job["metadata"].get("annotations") or {})
    return is_own and by_clock and "conditions" not in job["status"]
