"""What Kubernetes is told of a task's pod: a task's settings as plain data of a manifest.

Every target whose tasks are pods writes these data in its own form: as they are, or as models of a
client. `pod_readback` takes them back. Source of the names: Kubernetes, API reference, Pod v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import digest
from shipway.settings.values import TaskSettings, Toleration, Volume
from shipway_exporters.containers.pods import env_of
from shipway_exporters.containers.resources import GPU

VOLUMES = ("claim", "config_map", "secret", "empty_dir")
"""The kinds of volumes that a pod finds on whichever machine it runs."""
_NAME = re.compile(r"[^a-z0-9]+")


def environment(settings: TaskSettings) -> list[dict[str, Any]]:
    """Return `env`: the variables in plain text, then those of secrets, each by name."""
    references = [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret.name, "key": secret.key}}}
        for name, secret in sorted(settings.secrets.items())
    ]
    return [*env_of(settings), *references]


def environment_sources(settings: TaskSettings) -> list[dict[str, Any]]:
    """Return `envFrom`, in the order of the settings: of two with one key, the last counts."""
    keys = {"secret": "secretRef", "config_map": "configMapRef"}
    return [{keys[source.kind]: {"name": source.name}} for source in settings.env_from]


def resources(settings: TaskSettings) -> dict[str, dict[str, str]]:
    """Return `resources`: what a task asks for, and the most that it gets.

    Alike unless the settings have a limit of their own, so that a pod may be of the class
    "Guaranteed", which is evicted last (Kubernetes, Pod Quality of Service Classes).
    """
    amounts = {
        "cpu": (settings.cpu, settings.cpu_limit),
        "memory": (settings.memory, settings.memory_limit),
        "ephemeral-storage": (settings.ephemeral_storage, settings.ephemeral_storage_limit),
    }
    requests = {name: request.text for name, (request, _) in amounts.items() if request}
    own = {name: limit.text for name, (_, limit) in amounts.items() if limit}
    limits = {name: {**requests, **own}[name] for name in amounts if name in {**requests, **own}}
    if settings.gpu:
        # Devices cannot be shared out: a request is nothing but its limit (Kubernetes, Schedule
        # GPUs).
        limits[settings.gpu_type or GPU] = str(settings.gpu)
    both = {"requests": requests, "limits": limits}
    return {key: value for key, value in both.items() if value}


def volumes(items: Iterable[Volume]) -> list[dict[str, Any]]:
    """Return `volumes`, each once: a source may be mounted at several paths."""
    by_name = {volume_name(volume): _source(volume) for volume in items}
    return [{"name": name, **source} for name, source in by_name.items()]


def volume_mounts(items: Iterable[Volume]) -> list[dict[str, Any]]:
    """Return `volumeMounts`, in the order of the settings."""
    return [dict(_mount(volume)) for volume in items]


def volume_name(volume: Volume) -> str:
    """Return the name of a volume in its pod: a DNS label, alike for the same source alone."""
    kind = volume.kind.replace("_", "-")
    own = volume.source or volume.mount
    label = _NAME.sub("-", own.lower()).strip("-")
    name = f"{kind}-{label}".strip("-")
    # Not every source is a label, and two may come to the same one.
    exact = own == label and len(name) <= 63
    return name if exact else f"{name[:50].strip('-')}-{digest(own)[:8]}"


def scheduling(settings: TaskSettings) -> dict[str, Any]:
    """Return what of a pod's spec says where it runs, and as whom; nothing that is not set."""
    spec = {
        "nodeSelector": dict(sorted(settings.node_selector.items())),
        "tolerations": tolerations(settings.tolerations),
        "priorityClassName": settings.priority_class,
        "serviceAccountName": settings.service_account,
        "imagePullSecrets": [{"name": name} for name in settings.image_pull_secrets],
    }
    return {key: value for key, value in spec.items() if value}


def tolerations(items: Sequence[Toleration]) -> list[dict[str, Any]]:
    """Return `tolerations`, in the order of the settings."""
    return [dict(_toleration(item)) for item in items]


def container(settings: TaskSettings, items: Sequence[Volume]) -> dict[str, Any]:
    """Return what of a container the settings say, without its image and its words."""
    parts = {
        "env": environment(settings),
        "envFrom": environment_sources(settings),
        "resources": resources(settings),
        "volumeMounts": volume_mounts(items),
        "imagePullPolicy": settings.image_pull_policy,
    }
    return {key: value for key, value in parts.items() if value}


def metadata(settings: TaskSettings, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the labels, those of the pipeline and over them the pod's own, and the annotations."""
    parts = {
        "labels": dict(sorted({**labels, **settings.pod_labels}.items())),
        "annotations": dict(sorted(settings.annotations.items())),
    }
    return {key: value for key, value in parts.items() if value}


def _source(volume: Volume) -> dict[str, Any]:
    if volume.kind == "claim":
        return {"persistentVolumeClaim": {"claimName": volume.source}}
    if volume.kind == "config_map":
        return {"configMap": {"name": volume.source}}
    if volume.kind == "secret":
        return {"secret": {"secretName": volume.source}}
    if volume.kind == "host_path":
        return {"hostPath": {"path": volume.source}}
    size = {"sizeLimit": volume.size.text} if volume.size else {}
    return {"emptyDir": {**({"medium": volume.medium} if volume.medium else {}), **size}}


def _mount(volume: Volume) -> Iterator[tuple[str, Any]]:
    yield "name", volume_name(volume)
    yield "mountPath", volume.mount
    if volume.key:
        # The file alone, not a folder of all keys in its place (Kubernetes, Volumes, subPath).
        yield "subPath", volume.key
    if volume.read_only:
        yield "readOnly", True


def _toleration(item: Toleration) -> Iterator[tuple[str, Any]]:
    parts = {
        "key": item.key,
        "operator": item.operator,
        "value": item.value,
        "effect": item.effect,
        "tolerationSeconds": item.seconds,
    }
    yield from ((key, value) for key, value in parts.items() if value is not None)
