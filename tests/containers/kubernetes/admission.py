"""Whether the API takes an object in, as an API server that is asked to be strict would.

The schemas are those of Kubernetes itself (kubernetes-validate); the rest stands beside this.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

import kubernetes_validate
import kubernetes_validate.utils

from .cron import schedule_problem
from .names import data_key, dns_label, dns_subdomain, qualified_name
from .objects import KINDS, Object, Refused
from .pod_rules import labels_problems, spec_problems
from .quantities import amount

# etcd, --max-request-bytes; Kubernetes, pkg/apis/core: MaxSecretSize, TotalAnnotationSizeLimitB.
_NATURAL = ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit")
_HISTORY = ("successfulJobsHistoryLimit", "failedJobsHistoryLimit")
MOST_BYTES, MOST_DATA, MOST_ANNOTATIONS = 1_572_864, 1_048_576, 262_144

# It reads megabytes of schemas for each object that it is asked about; they do not change.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)


def admit(resource: str, item: Object, version: str) -> None:
    """Check an object whose names are set.

    Args:
        version: of Kubernetes, whose schema counts, such as `1.37`.

    Raises:
        Refused: with all that is wrong of one sort: unreadable, or invalid.
    """
    _read(item, version)
    problems = list(_problems(resource, item))
    if problems:
        name, title = KINDS[resource].name, item["metadata"]["name"]
        raise Refused(422, "Invalid", f'{name} "{title}" is invalid: {"; ".join(problems)}')
    if len(json.dumps(item, ensure_ascii=False).encode()) > MOST_BYTES:
        raise Refused(500, "InternalError", "etcdserver: request is too large")


def _read(item: Object, version: str) -> None:
    # What the server cannot decode is a bad request (400), before anything is invalid (422).
    head = f"{item['kind']} in version {item['apiVersion']} cannot be handled"
    try:
        kubernetes_validate.validate(item, version, strict=True)
        for text in _quantities(item.get("spec") or {}):
            amount(text)
    except kubernetes_validate.ValidationError as error:
        where = ".".join(map(str, error.path))
        raise Refused(400, "BadRequest", f"{head}: {where}: {error.message}"[:2000]) from None
    except ValueError as error:
        raise Refused(400, "BadRequest", f"{head}: {error}") from None


def _quantities(spec: Object) -> Iterator[object]:
    job = spec.get("jobTemplate", {}).get("spec") or spec
    pod = job.get("template", {}).get("spec") or spec
    resources = [item.get("resources") or {} for item in [*_containers(pod), pod]]
    for each in resources:
        for part in ("requests", "limits"):
            yield from (each.get(part) or {}).values()
    for volume in pod.get("volumes") or []:
        if size := (volume.get("emptyDir") or {}).get("sizeLimit"):
            yield size


def _containers(pod: Object) -> list[Object]:
    return [*(pod.get("containers") or []), *(pod.get("initContainers") or [])]


def _problems(resource: str, item: Object) -> Iterator[str]:
    yield from metadata_problems(resource, item["metadata"])
    if resource in ("pods", "jobs", "cronjobs") and not item.get("spec"):
        yield "spec: Required value"
        return
    if resource == "pods":
        yield from spec_problems(item["spec"])
    if resource == "jobs":
        yield from job_problems(item["spec"])
    if resource == "cronjobs":
        yield from cron_job_problems(item["spec"])
    if resource in ("secrets", "configmaps"):
        yield from data_problems(item)


def metadata_problems(resource: str, meta: Object) -> Iterator[str]:
    """ValidateObjectMeta (apimachinery/pkg/api/validation)."""
    rule = dns_label if resource == "namespaces" else dns_subdomain
    if problem := rule(meta["name"]):
        yield f"metadata.name: Invalid value: {problem}"
    # A job's name is a label of its pods; to a CronJob's, its controller adds 11 characters.
    longest = {"jobs": 63, "cronjobs": 52}.get(resource)
    if longest and len(meta["name"]) > longest:
        yield f"metadata.name: Invalid value: must be no more than {longest} characters"
    yield from labels_problems(meta.get("labels") or {}, "metadata.labels")
    annotations = meta.get("annotations") or {}
    for key in annotations:
        if problem := qualified_name(key.lower()):
            yield f"metadata.annotations: Invalid value: {problem}"
    if sum(len(f"{key}{value}".encode()) for key, value in annotations.items()) > MOST_ANNOTATIONS:
        yield f"metadata.annotations: Too long: may not be more than {MOST_ANNOTATIONS} bytes"


def job_problems(spec: Object, at: str = "spec") -> Iterator[str]:
    """ValidateJobSpec (pkg/apis/batch/validation)."""
    for name in (*_NATURAL, "ttlSecondsAfterFinished"):
        if (spec.get(name) or 0) < 0:
            yield f"{at}.{name}: Invalid value: must be greater than or equal to 0"
    template = spec["template"]
    labels = (template.get("metadata") or {}).get("labels") or {}
    yield from labels_problems(labels, f"{at}.template.metadata.labels")
    if template["spec"].get("restartPolicy") not in ("OnFailure", "Never"):
        yield f"{at}.template.spec.restartPolicy: Required value: valid values: OnFailure, Never"
    yield from spec_problems(template["spec"], f"{at}.template.spec")
    if policy := spec.get("podFailurePolicy"):
        yield from policy_problems(policy, template["spec"], f"{at}.podFailurePolicy")


def policy_problems(policy: Object, pod: Object, at: str) -> Iterator[str]:
    """validatePodFailurePolicy, and of its rules the part for exit codes."""
    if pod.get("restartPolicy") != "Never":
        yield f"{at}: Invalid value: only supported when restartPolicy is Never"
    names = {container["name"] for container in _containers(pod)}
    for index, rule in enumerate(policy["rules"]):
        codes = rule.get("onExitCodes") or {}
        here, values = f"{at}.rules[{index}].onExitCodes", codes.get("values") or []
        if codes.get("containerName") not in (None, *names):
            yield f"{here}.containerName: Invalid value: must be one of the containers"
        if values != sorted(set(values)) or not values:
            yield f"{here}.values: Invalid value: must be ordered, unique and not empty"
        if codes.get("operator") == "In" and 0 in values:
            yield f"{here}.values: Invalid value: must not be 0 for the In operator"


def cron_job_problems(spec: Object) -> Iterator[str]:
    """ValidateCronJobSpec, validateScheduleFormat, validateTimeZone."""
    if problem := schedule_problem(spec.get("schedule") or ""):
        yield f"spec.schedule: Invalid value: {problem}"
    if "TZ=" in (spec.get("schedule") or ""):
        yield "spec.schedule: Invalid value: cannot use TZ or CRON_TZ in schedule"
    zone = spec.get("timeZone")
    if zone is not None and (zone.lower() == "local" or zone not in available_timezones()):
        yield f"spec.timeZone: Invalid value: unknown time zone {zone}"
    if spec.get("concurrencyPolicy") not in (None, "Allow", "Forbid", "Replace"):
        yield "spec.concurrencyPolicy: Unsupported value"
    for name in ("startingDeadlineSeconds", *_HISTORY):
        if (spec.get(name) or 0) < 0:
            yield f"spec.{name}: Invalid value: must be greater than or equal to 0"
    yield from job_problems(spec["jobTemplate"]["spec"], "spec.jobTemplate.spec")


def data_problems(item: Object) -> Iterator[str]:
    """ValidateSecret, ValidateConfigMap."""
    data = {**(item.get("data") or {}), **(item.get("stringData") or {})}
    for key, value in data.items():
        if problem := data_key(key):
            yield f"data[{key}]: Invalid value: {problem}"
        if item["kind"] == "Secret" and key not in (item.get("stringData") or {}):
            try:
                base64.b64decode(value, validate=True)
            except binascii.Error:
                yield f"data[{key}]: Invalid value: illegal base64 data"
    if sum(map(len, data.values())) > MOST_DATA:
        yield f"data: Too long: may not be more than {MOST_DATA} bytes"
