"""A good spec for Vertex AI and a good schedule, each with a bit of all that rules look at."""

from __future__ import annotations

from typing import Any

from tests.unit.kubeflow import rule_samples
from tests.unit.kubeflow.rule_samples import Documents

RESOURCES = {
    "cpuLimit": 0.5,
    "resourceCpuLimit": "500m",
    "memoryLimit": 16.0,
    "resourceMemoryLimit": "16G",
    "accelerator": {
        "type": "NVIDIA_TESLA_T4",
        "count": "2",
        "resourceType": "NVIDIA_TESLA_T4",
        "resourceCount": "2",
    },
}


def good() -> Documents:
    """One document without a fault: that for a cluster, but for what Vertex AI reads otherwise."""
    pipeline = rule_samples.good()[0]
    pipeline["defaultPipelineRoot"] = "gs://shop/runs"
    executors = pipeline["deploymentSpec"]["executors"]
    executors["exec-train"]["container"]["resources"] = {
        **RESOURCES,
        "accelerator": dict(RESOURCES["accelerator"]),  # type: ignore[call-overload]
    }
    words = executors["exec-load"]["container"]["args"]
    words[:] = [word for word in words if "$(" not in word]
    return [pipeline]


def good_schedule() -> dict[str, Any]:
    """The file of a schedule with every field that one may have."""
    return {
        "displayName": "shop",
        "cron": "TZ=Europe/Paris 0 6 * * 1-5",
        "startTime": "2026-01-31T23:00:00Z",
        "maxConcurrentRunCount": 2,
        "maxConcurrentActiveRunCount": 2,
        "allowQueueing": True,
        "createPipelineJobRequest": {
            "parent": "projects/acme-shop/locations/europe-west1",
            "pipelineJob": {
                "displayName": "shop",
                "labels": {"owner": "ann", "team": "größe_2"},
                "serviceAccount": "runner@acme-shop.iam.gserviceaccount.com",
                "runtimeConfig": {"gcsOutputDirectory": "gs://shop/runs"},
            },
        },
    }
