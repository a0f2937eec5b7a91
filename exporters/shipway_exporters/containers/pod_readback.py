"""A pod's plain data read back as the settings of a task: the opposite of `pod_settings`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from shipway.settings.quantities import Quantity
from shipway.settings.task_settings import TASK_SETTINGS
from shipway.settings.values import EnvSource, Secret, TaskSettings, Toleration, Volume, VolumeKind
from shipway_exporters.containers.escapes import unescape_expansions
from shipway_exporters.containers.resources import GPU

_COMPUTE: Mapping[str, str] = {
    "cpu": "cpu",
    "memory": "memory",
    "ephemeral-storage": "ephemeral_storage",
}
"""Attributes of the settings by the resource; the limit of each is called `…_limit`."""
_SOURCES: Mapping[str, tuple[VolumeKind, str]] = {
    "persistentVolumeClaim": ("claim", "claimName"),
    "configMap": ("config_map", "name"),
    "secret": ("secret", "secretName"),
    "hostPath": ("host_path", "path"),
    "emptyDir": ("empty_dir", ""),
}
"""Kinds of volumes by the field of theirs, and where in it the name stands."""


def settings_in(
    own: TaskSettings,
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    container: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what a pod says of a task's settings, by capability; nothing that it does not say.

    Args:
        own: the settings that it should say: a limit that is what the task asks for counts as one
            where they have it.
        metadata: with the labels of the pod alone, not with those of the pipeline.
        spec: the pod's, without its containers.
        container: the task's.
    """
    settings = TaskSettings(
        image=container.get("image"),
        **_compute(own, container.get("resources", {})),
        **_environment(container.get("env", ())),
        env_from=tuple(map(_env_source, container.get("envFrom", ()))),
        volumes=_volumes(spec.get("volumes", ()), container.get("volumeMounts", ())),
        pod_labels=metadata.get("labels", {}),
        annotations=metadata.get("annotations", {}),
        namespace=metadata.get("namespace"),
        node_selector=spec.get("nodeSelector", {}),
        tolerations=tuple(map(_toleration, spec.get("tolerations", ()))),
        priority_class=spec.get("priorityClassName"),
        service_account=spec.get("serviceAccountName"),
        image_pull_secrets=tuple(item["name"] for item in spec.get("imagePullSecrets", ())),
        image_pull_policy=container.get("imagePullPolicy"),
    )
    pairs = [pair for item in TASK_SETTINGS for pair in item.in_artifact(settings).items()]
    return {key: value for key, value in pairs if value}


def _environment(variables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    references = {v["name"]: v["valueFrom"]["secretKeyRef"] for v in variables if "valueFrom" in v}
    return {
        "env": {v["name"]: unescape_expansions(v["value"]) for v in variables if "value" in v},
        "secrets": {name: Secret(**reference) for name, reference in references.items()},
    }


def _env_source(source: Mapping[str, Any]) -> EnvSource:
    kind: Literal["secret", "config_map"] = "secret" if "secretRef" in source else "config_map"
    (reference,) = source.values()
    return EnvSource(kind=kind, name=reference["name"])


def _compute(own: TaskSettings, resources: Mapping[str, Any]) -> dict[str, Any]:
    requests, limits = resources.get("requests", {}), dict(resources.get("limits", {}))
    result: dict[str, Any] = {}
    for resource, attribute in _COMPUTE.items():
        request, limit = requests.get(resource), limits.pop(resource, None)
        result[attribute] = request and Quantity(request)
        is_own = limit != request or getattr(own, f"{attribute}_limit")
        result[f"{attribute}_limit"] = Quantity(limit) if limit and is_own else None
    for device, number in limits.items():
        # The exporter writes this name where the settings have none.
        kind = device if device != GPU or own.gpu_type else None
        result |= {"gpu": int(number), "gpu_type": kind}
    return result


def _volumes(
    volumes: Sequence[Mapping[str, Any]], mounts: Sequence[Mapping[str, Any]]
) -> tuple[Volume, ...]:
    by_name = {volume["name"]: volume for volume in volumes}
    return tuple(_volume(by_name[mount["name"]], mount) for mount in mounts)


def _volume(volume: Mapping[str, Any], mount: Mapping[str, Any]) -> Volume:
    (field,) = (key for key in volume if key != "name")
    kind, name = _SOURCES[field]
    size = volume[field].get("sizeLimit")
    return Volume(
        kind=kind,
        source=volume[field].get(name, ""),
        mount=mount["mountPath"],
        key=mount.get("subPath"),
        medium=volume[field].get("medium"),
        size=size and Quantity(size),
        read_only=mount.get("readOnly", False),
    )


def _toleration(item: Mapping[str, Any]) -> Toleration:
    seconds = {"seconds": item["tolerationSeconds"]} if "tolerationSeconds" in item else {}
    return Toleration(**{k: v for k, v in item.items() if k != "tolerationSeconds"}, **seconds)
