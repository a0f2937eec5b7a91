"""Jobs of the small Kubernetes API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from .kubernetes.api import KubernetesApi
from .pods import job

pytestmark = pytest.mark.engine


def finished(api: KubernetesApi, name: str) -> dict[str, Any]:
    """Wait until a job has ended; return its status."""
    until(lambda: "conditions" in api.get("jobs", name)["status"])
    status: dict[str, Any] = api.get("jobs", name)["status"]
    return status


def until(reached: Callable[[], bool]) -> None:
    """Wait for something."""
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_job_succeeds(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("jobs", job("well", "echo hi"))
    status = finished(kubernetes_api, "well")
    assert (status["succeeded"], status["conditions"][0]["type"]) == (1, "Complete")
    (pod,) = kubernetes_api.all_of("pods")
    assert pod["metadata"]["labels"]["job-name"] == "well"
    assert kubernetes_api.log(pod["metadata"]["name"]) == "hi\n"


def test_a_job_tries_again(kubernetes_api: KubernetesApi) -> None:
    data = kubernetes_api.claim("data")
    body = job("again", "test -e /data/x && exit 0; touch /data/x; exit 1", backoffLimit=1)
    spec = body["spec"]["template"]["spec"]
    spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    spec["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    kubernetes_api.create("jobs", body)
    status = finished(kubernetes_api, "again")
    assert (status["succeeded"], status["failed"]) == (1, 1)
    assert (data / "x").exists()
    assert kubernetes_api.jobs == [body]


def test_a_job_gives_up(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("jobs", job("ill", "exit 1", backoffLimit=1))
    status = finished(kubernetes_api, "ill")
    assert (status["failed"], len(kubernetes_api.all_of("pods"))) == (2, 2)
    assert status["conditions"][0]["reason"] == "BackoffLimitExceeded"


def test_a_deadline_ends_a_job(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("jobs", job("late", "exec sleep 60", activeDeadlineSeconds=1))
    status = finished(kubernetes_api, "late")
    assert status["conditions"][0]["reason"] == "DeadlineExceeded"


def test_a_job_is_deleted_with_its_pods(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("jobs", job("long", "exec sleep 60"))
    until(lambda: bool(kubernetes_api.all_of("pods")))
    kubernetes_api.delete("jobs", "long")
    until(lambda: not kubernetes_api.all_of("pods"))
    assert kubernetes_api.all_of("jobs") == []


def test_an_ended_job_is_removed_after_its_time(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("jobs", job("short", "true", ttlSecondsAfterFinished=0))
    until(lambda: not kubernetes_api.all_of("jobs"))
