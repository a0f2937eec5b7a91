"""The tasks of a module: for each a function, whose decorator says what Flyte is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.planner.plan import Task
from shipway.settings.values import Secret, TaskSettings
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.resources import GPU
from shipway_exporters.containers.whole_pod import whole_seconds
from shipway_exporters.python_files.durations import to_timedelta

RESOURCES: Mapping[str, str] = {
    "cpu": "cpu",
    "memory": "mem",
    "ephemeral-storage": "ephemeral_storage",
    GPU: "gpu",
}
"""What flytekit calls the resources of Kubernetes (`flytekit.Resources`)."""


def decorator(task: Task, image: Any, pod: Code | None) -> Iterator[tuple[str, Any]]:
    """Yield the arguments of a task's decorator.

    Args:
        image: the constant that holds it, or the image itself.
        pod: the constant that holds its pod template.
    """
    settings = task.settings
    yield "container_image", image
    if settings.retries:
        yield "retries", settings.retries
    if seconds := whole_seconds(settings.timeout):
        yield "timeout", to_timedelta(seconds)
    for name, amounts in resources(settings).items():
        yield name, Call("Resources", (), tuple(amounts.items()))
    if settings.secrets:
        yield "secret_requests", [_secret(n, s) for n, s in sorted(settings.secrets.items())]
    if pod:
        yield "pod_template", pod


def resources(settings: TaskSettings) -> dict[str, dict[str, str]]:
    """Return the arguments `requests` and `limits`, as far as there are any."""
    # Flyte's configuration has the device's name; that another is lost was accepted.
    both = pod_settings.resources(replace(settings, gpu_type=None))
    return {
        name: {RESOURCES[resource]: amount for resource, amount in amounts.items()}
        for name, amounts in both.items()
    }


def _secret(variable: str, secret: Secret) -> Call:
    pairs = (
        ("group", secret.name),
        ("key", secret.key),
        ("env_var", variable),
        ("mount_requirement", Code("Secret.MountType.ENV_VAR")),
    )
    return Call("Secret", (), pairs)
