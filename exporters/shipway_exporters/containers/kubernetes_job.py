"""A job of Kubernetes with one pod: a try is a pod of its own.

Sources: Kubernetes, API reference, Job v1; `pkg/apis/batch/validation`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.planner.plan import Task
from shipway.schemas.document import value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.shapes import Choice, ListOf, Whole
from shipway.schemas.strict import strict_record
from shipway_exporters.containers.kubernetes_names import is_label_of_jobs
from shipway_exporters.containers.pod_rules import metadata_faults, pod_faults
from shipway_exporters.containers.pod_schema import METADATA, POD, TEXT
from shipway_exporters.containers.whole_pod import whole_seconds, without_none

JOB_LABEL = "metadata.labels['batch.kubernetes.io/job-name']"
"""The field of a pod that holds its job's name. It is all that the tries of a job have in common: a
pod knows neither when its job was made, nor the annotations of the job."""
HOPELESS = (2, 7)
"""Exit codes of `shipway.runtime` that no retry can mend: wrong usage, and another pipeline."""
_CODES = strict_record(
    {"containerName": TEXT, "operator": Choice(("In",)), "values": ListOf(Whole(1), least=1)},
    required={"containerName", "operator", "values"},
)
_RULES = ListOf(strict_record({"action": Choice(("FailJob",)), "onExitCodes": _CODES}), least=1)
JOB = strict_record(
    {
        **dict.fromkeys(("backoffLimit", "ttlSecondsAfterFinished"), Whole()),
        "activeDeadlineSeconds": Whole(1),
        "podFailurePolicy": strict_record({"rules": _RULES}),
        "template": strict_record({"metadata": METADATA, "spec": POD}, "the template", {"spec"}),
    },
    "the job",
    {"backoffLimit", "template"},
)
"""The shape of a job's spec."""


def job(task: Task, container: str, deadline: float | None, keep: float | None) -> dict[str, Any]:
    """Return a job's spec without its template.

    Args:
        container: the name of the only one.
        deadline: seconds for all tries.
        keep: seconds for which it is kept after its end.
    """
    codes = {"containerName": container, "operator": "In", "values": [*HOPELESS]}
    rules = [{"action": "FailJob", "onExitCodes": codes}]
    parts = {
        # Without it, a job tries seven times (`pkg/apis/batch/v1/defaults.go`).
        "backoffLimit": task.settings.retries or 0,
        "activeDeadlineSeconds": whole_seconds(deadline),
        "ttlSecondsAfterFinished": whole_seconds(keep),
        "podFailurePolicy": {"rules": rules} if task.settings.retries else None,
    }
    return without_none(parts)


def retries_in(spec: Mapping[str, Any]) -> dict[str, int]:
    """Return the retries of a job's spec, as settings of a task."""
    return {"retries": spec["backoffLimit"]} if spec["backoffLimit"] else {}


def job_faults(
    spec: Mapping[str, Any], path: DocumentPath, name_variable: str
) -> Iterator[Problem]:
    """Yield what is wrong in a job's spec that has its shape.

    Args:
        name_variable: the variable that holds the job's name.
    """
    place, template = (*path, "template", "spec"), spec["template"]
    pod, metadata = template["spec"], template.get("metadata", {})
    yield from metadata_faults(metadata, (*path, "template", "metadata"))
    for label in filter(is_label_of_jobs, metadata.get("labels", {})):
        what = f"`{label}` is a label by which a job finds its pods."
        yield Problem((*path, "template", "metadata", "labels", label), what)
    yield from pod_faults(pod, place, {name_variable})
    container, *others = pod["containers"]
    if others:
        yield Problem((*place, "containers", 1), "A task runs in one container.")
    first = (container.get("env") or [{}])[0]
    if value_at(first, "valueFrom", "fieldRef", "fieldPath") != JOB_LABEL:
        # Whatever refers to it must stand behind it.
        what = f"`{name_variable}` must come first, with the job's name."
        yield Problem((*place, "containers", 0, "env", 0), what)
    yield from _policy(spec, path, {container.get("name")})


def _policy(
    spec: Mapping[str, Any], path: DocumentPath, containers: Collection[str]
) -> Iterator[Problem]:
    for rule in value_at(spec, "podFailurePolicy", "rules") or []:
        name = rule["onExitCodes"]["containerName"]
        if name not in containers:
            yield Problem((*path, "podFailurePolicy"), f"There is no container `{name}`.")
