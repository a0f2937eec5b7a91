"""The pods that Argo's controller makes of a workflow's templates, on the small Kubernetes.

Source: Argo 4.1, `workflow/controller/workflowpod.go`, createWorkflowPod. What it adds of its own,
its executor and the containers beside the task's, is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.containers.kubernetes.api import KubernetesApi

from .controller import RunPod

_FIELDS = ("volumes", "nodeSelector", "tolerations", "priorityClassName", "serviceAccountName")
_NO_CODE = 137
"""Of a container that Kubernetes has ended without a code of its own."""


def pod_object(name: str, template: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod of a template.

    Args:
        spec: the workflow's.
    """
    metadata = template.get("metadata", {})
    labels = {**spec.get("podMetadata", {}).get("labels", {}), **metadata.get("labels", {})}
    own = {key: template[key] for key in _FIELDS if key in template}
    if "activeDeadlineSeconds" in template:
        own["activeDeadlineSeconds"] = template["activeDeadlineSeconds"]
    if "imagePullSecrets" in spec:
        own["imagePullSecrets"] = spec["imagePullSecrets"]
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": metadata.get("annotations", {}),
        },
        "spec": {
            # The retries are the workflow's.
            "restartPolicy": "Never",
            "containers": [{"name": "main", **template["container"]}],
            **own,
        },
    }


def cluster_pods(cluster: KubernetesApi, workflow: Mapping[str, Any]) -> RunPod:
    """Return what runs pods on a cluster."""
    numbers = count()

    def run_pod(task: str, template: Mapping[str, Any]) -> int:
        name = f"{task[:40].strip('-')}-{next(numbers)}"
        cluster.create("pods", pod_object(name, template, workflow["spec"]))
        status = cluster.ended(name, patience=180)
        if status["phase"] == "Succeeded":
            return 0
        states = [item["state"] for item in status.get("containerStatuses", ())]
        codes = [state.get("terminated", {}).get("exitCode") for state in states]
        return next(filter(None, codes), _NO_CODE)

    return run_pod
