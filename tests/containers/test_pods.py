"""The small Kubernetes itself: each control fails as it would on a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from scripts.containers import IMAGE

from .kubernetes.api import KubernetesApi

pytestmark = pytest.mark.engine


def pod(name: str, *command: str, spec: dict[str, Any] | None = None, **container: Any) -> Any:
    """Return a pod of one container."""
    main = {"name": "base", "image": IMAGE, "command": list(command), **container}
    rest = {"restartPolicy": "Never", **(spec or {})}
    return {"metadata": {"name": name}, "spec": {"containers": [main], **rest}}


def test_pod(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", pod("hello", "/bin/echo", "hi"))
    assert kubernetes_api.ended("hello")["phase"] == "Succeeded"
    assert kubernetes_api.log("hello") == "hi\n"
    print(kubernetes_api.get("pods", "hello"), kubernetes_api.events("hello"))
