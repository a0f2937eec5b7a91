"""Which fields of pods, jobs and CronJobs this harness carries out, and which it lets pass.

Whatever stands in neither list is answered with 501, so that no test relies on it unawares.
"""

from __future__ import annotations

from collections.abc import Iterator

from .objects import Object, Refused

_POD = {
    *("activeDeadlineSeconds", "containers", "hostname", "hostNetwork"),
    *("terminationGracePeriodSeconds", "restartPolicy", "securityContext", "volumes"),
}
# There is one node, which takes everything; no registry, no accounts, no service.
_POD_IGNORED = {
    *("affinity", "automountServiceAccountToken", "dnsPolicy", "enableServiceLinks"),
    *("imagePullSecrets", "nodeName", "nodeSelector", "preemptionPolicy", "priority"),
    *("priorityClassName", "runtimeClassName", "schedulerName", "serviceAccount"),
    *("serviceAccountName", "tolerations", "topologySpreadConstraints"),
}
_CONTAINER = {
    *("name", "image", "imagePullPolicy", "command", "args", "env", "envFrom", "resources"),
    *("securityContext", "volumeMounts", "workingDir"),
}
_CONTAINER_IGNORED = {"ports", "terminationMessagePath", "terminationMessagePolicy"}
_SECURITY = {"runAsUser", "runAsGroup"}
_JOB = {
    *("activeDeadlineSeconds", "backoffLimit", "completions", "parallelism", "template"),
    *("podFailurePolicy", "ttlSecondsAfterFinished"),
}
_CRON_JOB = {"concurrencyPolicy", "jobTemplate", "schedule", "suspend", "timeZone"}
# A test says when the clock starts a job, and looks at the jobs that have ended.
_CRON_JOB_IGNORED = {
    *("failedJobsHistoryLimit", "startingDeadlineSeconds", "successfulJobsHistoryLimit"),
}


def check_fields(resource: str, item: Object) -> None:
    """Check that the harness can carry out an object.

    Raises:
        Refused: with 501, and the fields that it cannot.
    """
    by_kind = {"pods": pod_fields, "jobs": job_fields, "cronjobs": cron_job_fields}
    fields = sorted(by_kind[resource](item["spec"])) if resource in by_kind else []
    if fields:
        raise Refused(501, "NotImplemented", f"the API of the tests does not carry out {fields}")


def cron_job_fields(spec: Object) -> Iterator[str]:
    """Yield the fields of a CronJob that are beyond this."""
    yield from (f"spec.{name}" for name in _set(spec) - _CRON_JOB - _CRON_JOB_IGNORED)
    yield from job_fields(spec["jobTemplate"]["spec"])


def job_fields(spec: Object) -> Iterator[str]:
    """Yield the fields of a job that are beyond this."""
    yield from (f"spec.{name}" for name in _set(spec) - _JOB)
    for rule in (spec.get("podFailurePolicy") or {}).get("rules", []):
        if rule["action"] != "FailJob" or "onExitCodes" not in rule:
            yield "spec.podFailurePolicy of anything but exit codes that fail the job"
    for name in ("completions", "parallelism"):
        if spec.get(name) not in (None, 1):
            yield f"spec.{name}"
    yield from pod_fields(spec["template"]["spec"])


def pod_fields(spec: Object) -> Iterator[str]:
    """Yield the fields of a pod that are beyond this."""
    yield from _set(spec) - _POD - _POD_IGNORED
    if spec.get("restartPolicy") != "Never":
        yield "restartPolicy other than Never"
    yield from _set(spec.get("securityContext") or {}) - _SECURITY
    for container in spec.get("containers") or []:
        yield from _set(container) - _CONTAINER - _CONTAINER_IGNORED
        yield from _set(container.get("securityContext") or {}) - _SECURITY


def _set(fields: Object) -> set[str]:
    return {name for name, value in fields.items() if value not in (None, [], {})}
