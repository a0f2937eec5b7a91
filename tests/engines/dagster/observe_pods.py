"""What Kubernetes makes of the jobs that dagster-k8s would create for the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import to_volume
from shipway_exporters.containers.pod_readback import settings_in
from tests.containers.kubernetes.admission import admit
from tests.containers.kubernetes.cluster import set_names
from tests.containers.kubernetes.fields import check_fields
from tests.containers.kubernetes.jobs import pod_of
from tests.containers.kubernetes.objects import Object

VERSION = "1.37"
OF_LAUNCHER = {
    "image": "location:1",
    "namespace": "runs",
    "imagePullPolicy": "IfNotPresent",
    "serviceAccountName": "dagster",
}
"""What a step has of its run's launcher, where nothing else is said."""
DAY = 24 * 60 * 60


def settings_of_step(plan: Plan, task: Task | None, step: Mapping[str, Any]) -> dict[str, Any]:
    """Have the job of a step taken in, and its pod, and return what that says of a task."""
    job, namespace = step["job"], step["namespace"]
    _taken_in("jobs", job, namespace)
    assert job["spec"]["backoffLimit"] == 0, "Dagster tries again, not Kubernetes"
    keep = plan.options.get("keep_jobs", DAY)
    assert job["spec"]["ttlSecondsAfterFinished"] == keep
    job["metadata"]["uid"] = "1"
    pod = pod_of(job)
    _taken_in("pods", pod, namespace)
    (container,) = pod["spec"]["containers"]
    assert container["args"][1:] == ["-m", "dagster", "api", "execute_step"]
    assert "command" not in container
    return _of_pod(plan, task, pod, namespace) if task else {}


def _taken_in(resource: str, item: Object, namespace: str) -> None:
    set_names(resource, namespace, item)
    admit(resource, item, VERSION)
    check_fields(resource, item)


def _of_pod(plan: Plan, task: Task, pod: Object, namespace: str) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    env = [item for item in container["env"] if not item["name"].startswith("DAGSTER_")]
    own = ("dagster/", "app.kubernetes.io/", "batch.kubernetes.io/", "job-name", "controller-uid")
    labels = pod["metadata"]["labels"]
    metadata = {
        "labels": {key: value for key, value in labels.items() if not key.startswith(own)},
        "annotations": pod["metadata"].get("annotations", {}),
        "namespace": None if namespace == OF_LAUNCHER["namespace"] else namespace,
    }
    main = {**container, "env": env}
    if not task.settings.image_pull_policy:
        assert main.pop("imagePullPolicy") == OF_LAUNCHER["imagePullPolicy"]
    spec = dict(pod["spec"])
    if not task.settings.service_account:
        assert spec.pop("serviceAccountName") == OF_LAUNCHER["serviceAccountName"]
    settings = settings_in(task.settings, metadata, spec, main)
    return _without_options(plan, task, settings)


def _without_options(plan: Plan, task: Task, settings: dict[str, Any]) -> dict[str, Any]:
    """What the options of the target give to tasks is no setting of theirs."""
    if not task.settings.image:
        assert settings.pop("image") == plan.options.get("image", OF_LAUNCHER["image"])
    for volume in map(to_volume, plan.options.get("volumes", ())):
        if not task.settings.has_own_volumes:
            assert settings[f"volumes.{volume.kind}"].pop(volume.mount) == volume
    return settings
