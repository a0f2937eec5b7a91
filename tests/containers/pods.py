"""Pods and jobs for the harness's own tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.containers import IMAGE


def pod(
    name: str, *command: str, spec: Mapping[str, Any] | None = None, **container: Any
) -> dict[str, Any]:
    """Return a pod of one container.

    Args:
        spec: more of the pod's spec.
        container: more of the container.
    """
    main = {"name": "base", "image": IMAGE, "command": list(command), **container}
    rest = {"restartPolicy": "Never", **(spec or {})}
    return {"metadata": {"name": name}, "spec": {"containers": [main], **rest}}


def shell(name: str, script: str, **more: Any) -> dict[str, Any]:
    """Return a pod that runs a shell script."""
    return pod(name, "/bin/sh", "-c", script, **more)


def job(name: str, script: str, **more: Any) -> dict[str, Any]:
    """Return a job whose pods run a shell script.

    Args:
        more: of the job's spec.
    """
    template = {"spec": shell(name, script)["spec"]}
    return {"metadata": {"name": name}, "spec": {"template": template, **more}}
