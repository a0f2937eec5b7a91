"""What kfp says of the pod of a task, as settings of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.settings.quantities import Quantity
from shipway.settings.values import TaskSettings, Toleration, Volume

from .parse import LoadedKubernetes, LoadedTask, LoadedToleration

KEYS = frozenset(
    {"secrets", "volumes.claim", "volumes.config_map", "volumes.secret", "volumes.empty_dir"}
    | {"resources.cpu", "resources.memory", "resources.gpu", "resources.gpu_type"}
    | {"resources.limits.cpu", "resources.limits.memory"}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_policy", "kubernetes.image_pull_secrets"}
)


def of_pod(pod: LoadedKubernetes, own: TaskSettings) -> Iterator[tuple[str, Any]]:
    """Yield what the options of an executor say.

    Args:
        own: the settings that they should say: a pod does not tell whose a label is.
    """
    assert not pod.other
    for source in pod.secrets_as_env:
        yield "secrets", {name: (source.name, key) for name, key in source.variables.items()}
    for kind, volumes in _volumes(pod, own).items():
        yield f"volumes.{kind}", {volume.mount: volume for volume in volumes}
    yield "kubernetes.node_selector", dict(pod.node_selector)
    yield "kubernetes.tolerations", tuple(map(_toleration, pod.tolerations))
    yield "kubernetes.image_pull_policy", pod.pull_policy
    yield "kubernetes.image_pull_secrets", tuple(secret.name for secret in pod.pull_secrets)
    labels, annotations = own.pod_labels, own.annotations
    yield "kubernetes.labels", {k: v for k, v in pod.labels.items() if k in labels}
    yield "kubernetes.annotations", {k: v for k, v in pod.annotations.items() if k in annotations}


def of_run(pod: LoadedKubernetes | None, own: TaskSettings) -> dict[str, Any]:
    """Return what a pod says of its pipeline."""
    labels = pod.labels if pod else {}
    annotations = dict(pod.annotations) if pod else {}
    values = {
        "labels": {k: v for k, v in labels.items() if k not in own.pod_labels},
        "owner": annotations.pop("owner", None),
    }
    assert annotations.keys() <= own.annotations.keys()
    return {key: value for key, value in values.items() if value}


def of_resources(task: LoadedTask, own: TaskSettings) -> Iterator[tuple[str, Any]]:
    """Yield what a container gets; a limit that is what it asks for may be none of its own."""
    assert task.container
    resources = task.container.resources
    for key in ("cpu", "memory"):
        request, limit = (resources.get(f"resource{key.title()}{p}") for p in ("Request", "Limit"))
        yield f"resources.{key}", request
        assert limit or not request, "a pod that may use more than it asks for, without a bound"
        is_own = limit != request or getattr(own, f"{key}_limit")
        yield f"resources.limits.{key}", limit if is_own else None
    if accelerator := resources.get("accelerator"):
        yield "resources.gpu", int(accelerator["resourceCount"])
        if accelerator["resourceType"] != "nvidia.com/gpu":
            yield "resources.gpu_type", accelerator["resourceType"]


def _volumes(pod: LoadedKubernetes, own: TaskSettings) -> Mapping[str, list[Volume]]:
    # Kubernetes mounts the values of secrets and config maps so that nobody can write there.
    read_only = {volume.mount for volume in own.volumes if volume.read_only}
    assert not any(v.optional for v in (*pod.secrets_as_volumes, *pod.config_maps_as_volumes))
    return {
        "claim": [Volume(kind="claim", source=c.name, mount=c.path) for c in pod.claims],
        "secret": [
            Volume(kind="secret", source=v.name, mount=v.path, read_only=v.path in read_only)
            for v in pod.secrets_as_volumes
        ],
        "config_map": [
            Volume(kind="config_map", source=v.name, mount=v.path, read_only=v.path in read_only)
            for v in pod.config_maps_as_volumes
        ],
        "empty_dir": [
            Volume(
                kind="empty_dir",
                mount=d.path,
                medium=d.medium or None,
                size=Quantity(d.size) if d.size else None,
            )
            for d in pod.directories
        ],
    }


def _toleration(item: LoadedToleration) -> Toleration:
    return Toleration(
        key=item.key or None,
        operator=item.operator,
        # The message knows no absent text; `Equal` compares with the empty one.
        value=item.value or ("" if item.operator == "Equal" else None),
        effect=item.effect or None,
        seconds=item.seconds,
    )
