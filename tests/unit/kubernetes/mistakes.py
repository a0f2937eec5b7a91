"""Mistakes made in the CronJob that the example is exported to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Manifest = dict[str, Any]
Change = Callable[[Manifest], None]
JOB = "spec.jobTemplate.spec"
POD = f"{JOB}.template.spec"
MAIN = f"{POD}.containers.0"


def place(manifest: Manifest, path: str) -> tuple[Any, Any]:
    """What holds the end of a path, and the key there."""
    *parents, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    holder: Any = manifest
    for key in parents:
        holder = holder[key]
    return holder, last


def put(path: str, value: Any) -> Change:
    def change(manifest: Manifest) -> None:
        holder, last = place(manifest, path)
        holder[last] = value

    return change


def drop(path: str) -> Change:
    def change(manifest: Manifest) -> None:
        holder, last = place(manifest, path)
        del holder[last]

    return change


def add(path: str, *values: Any) -> Change:
    def change(manifest: Manifest) -> None:
        holder, last = place(manifest, path)
        holder[last] = [*holder.get(last, ()), *values]

    return change


def rename(path: str, name: str) -> Change:
    def change(manifest: Manifest) -> None:
        holder, last = place(manifest, path)
        holder[name] = holder.pop(last)

    return change


MISTAKES: dict[str, Change] = {
    "an API that is gone": put("apiVersion", "batch/v1beta1"),
    "a job and no CronJob": put("kind", "Job"),
    "no name": drop("metadata.name"),
    "a name in capitals": put("metadata.name", "Energy"),
    "a name of 53 characters": put("metadata.name", "x" * 53),
    "a namespace with a dot": put("metadata.namespace", "a.b"),
    "a label with a blank": put("metadata.labels.team", "a b"),
    "a label that is a number": put("metadata.labels.team", 1),
    "a job's own label": put(f"{JOB}.template.metadata.labels", {"job-name": "x"}),
    "an annotation's key with a blank": put("metadata.annotations", {"a b": "c"}),
    "no schedule": drop("spec.schedule"),
    "a schedule of six fields": put("spec.schedule", "0 0 6 * * *"),
    "Sunday as 7": put("spec.schedule", "0 6 * * 7"),
    "a minute 61": put("spec.schedule", "61 6 * * *"),
    "a zone in the schedule": put("spec.schedule", "TZ=Europe/Paris 0 6 * * *"),
    "an unknown zone": put("spec.timeZone", "Europe/Pariss"),
    "the zone of the machine": put("spec.timeZone", "Local"),
    "no zone": drop("spec.timeZone"),
    "the zone by another name": rename("spec.timeZone", "timezone"),
    "a schedule of its own that nobody set": put("spec.schedule", "@yearly"),
    "an unknown policy of runs": put("spec.concurrencyPolicy", "Never"),
    "a history below nothing": put("spec.failedJobsHistoryLimit", -1),
    "no template of jobs": drop("spec.jobTemplate"),
    "tries left to Kubernetes": drop(f"{JOB}.backoffLimit"),
    "tries as text": put(f"{JOB}.backoffLimit", "2"),
    "more tries than 32 bits hold": put(f"{JOB}.backoffLimit", 2**31),
    "a start that the controller misses": put("spec.startingDeadlineSeconds", 9),
    "tries below nothing": put(f"{JOB}.backoffLimit", -1),
    "a policy of a container that is not there": put(
        f"{JOB}.podFailurePolicy.rules.0.onExitCodes.containerName", "main"
    ),
    "a policy that counts success": put(
        f"{JOB}.podFailurePolicy.rules.0.onExitCodes.values", [0, 2]
    ),
    "restarts in the pod": put(f"{POD}.restartPolicy", "OnFailure"),
    "restarts for ever": put(f"{POD}.restartPolicy", "Always"),
    "no policy of restarts": drop(f"{POD}.restartPolicy"),
    "no time at all": put(f"{POD}.activeDeadlineSeconds", 0),
    "a deadline with a fraction": put(f"{POD}.activeDeadlineSeconds", 1.5),
    "the deadline of a container": put(f"{MAIN}.activeDeadlineSeconds", 60),
    "a container's name in capitals": put(f"{MAIN}.name", "Energy"),
    "a second container": add(f"{POD}.containers", {"name": "b", "image": "b"}),
    "no image": drop(f"{MAIN}.image"),
    "an empty command": put(f"{MAIN}.command", []),
    "a number among the words": add(f"{MAIN}.args", 1),
    "a word that refers to nothing": add(f"{MAIN}.args", "--x=$(JOB_NAME)"),
    "a word of 128 KiB": add(f"{MAIN}.args", "x" * 2**17),
    "the job's name too late": add(f"{MAIN}.env", {"name": "A", "value": "$(SHIPWAY_RUN_ID)"}),
    "the name of another label": put(
        f"{MAIN}.env.0.valueFrom.fieldRef.fieldPath", "metadata.labels['job']"
    ),
    "a field that no variable has": put(
        f"{MAIN}.env.0.valueFrom.fieldRef.fieldPath", "metadata.creationTimestamp"
    ),
    "a variable twice": add(f"{MAIN}.env", *[{"name": "A", "value": "1"}] * 2),
    "a variable that is a number": add(f"{MAIN}.env", {"name": "A", "value": 1}),
    "a variable of two values": put(f"{MAIN}.env.0.value", "x"),
    "a secret without its key": add(
        f"{MAIN}.env", {"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}
    ),
    "memory as people say it": put(f"{MAIN}.resources", {"limits": {"memory": "4GB"}}),
    "a request over its limit": put(
        f"{MAIN}.resources", {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}
    ),
    "resources of the pod": put(f"{POD}.limits", {"cpu": "1"}),
    "a mount of no volume": put(f"{MAIN}.volumeMounts.0.name", "other"),
    "a mount with a colon": put(f"{MAIN}.volumeMounts.0.mountPath", "/a:b"),
    "a mount twice": add(
        f"{MAIN}.volumeMounts", {"name": "claim-energy-data", "mountPath": "/app/data"}
    ),
    "a volume of nothing": drop(f"{POD}.volumes.0.persistentVolumeClaim"),
    "a volume of two": put(f"{POD}.volumes.0.emptyDir", {}),
    "a toleration without operator": put(f"{POD}.tolerations", [{"value": "a"}]),
    "a pull policy that is none": put(f"{MAIN}.imagePullPolicy", "Sometimes"),
}
