"""Plain data of Kubernetes as the models of its Python client, `k8s.V1…`, and back.

The client's models have the fields of the API in snake case, each nested one a model of its own
(`kubernetes.client.models`, `openapi_types` and `attribute_map`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call

_MODELS: Mapping[str, str] = {
    "metadata": "V1ObjectMeta",
    "spec": "V1PodSpec",
    "containers": "V1Container",
    "env": "V1EnvVar",
    "valueFrom": "V1EnvVarSource",
    "secretKeyRef": "V1SecretKeySelector",
    "configMapKeyRef": "V1ConfigMapKeySelector",
    "envFrom": "V1EnvFromSource",
    "secretRef": "V1SecretEnvSource",
    "configMapRef": "V1ConfigMapEnvSource",
    "resources": "V1ResourceRequirements",
    "volumes": "V1Volume",
    "persistentVolumeClaim": "V1PersistentVolumeClaimVolumeSource",
    "configMap": "V1ConfigMapVolumeSource",
    "secret": "V1SecretVolumeSource",
    "hostPath": "V1HostPathVolumeSource",
    "emptyDir": "V1EmptyDirVolumeSource",
    "items": "V1KeyToPath",
    "volumeMounts": "V1VolumeMount",
    "tolerations": "V1Toleration",
    "imagePullSecrets": "V1LocalObjectReference",
}
"""The model of what stands under a key; anything else is plain."""
_CAPITAL = re.compile(r"(?<=[a-z])[A-Z]")
_SNAKE = re.compile(r"_([a-z])")


def field(key: str) -> str:
    """Return what the client calls a field of the API: `mount_path` for `mountPath`."""
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", key)


def key_of(name: str) -> str:
    """Return what the API calls a field of the client."""
    return _SNAKE.sub(lambda match: match[1].upper(), name)


def to_models(key: str, value: Any, text: Callable[[str], str] = str) -> Any:
    """Return what stands under a key of a manifest, as source.

    Args:
        text: makes it of each text that is no key.
    """
    if isinstance(value, list):
        return [to_models(key, item, text) for item in value]
    if isinstance(value, Mapping):
        pairs = {name: to_models(name, item, text) for name, item in value.items()}
        return _model(_MODELS[key], pairs) if key in _MODELS else pairs
    return text(value) if isinstance(value, str) else value


def from_models(value: Any, text: Callable[[str], str] = str) -> Any:
    """Return source as plain data: the opposite."""
    if isinstance(value, list):
        return [from_models(item, text) for item in value]
    if isinstance(value, Call):
        return {key_of(name): from_models(item, text) for name, item in value.kwargs}
    if isinstance(value, Mapping):
        return {name: from_models(item, text) for name, item in value.items()}
    return text(value) if isinstance(value, str) else value


def pod(manifest: Mapping[str, Any]) -> Call:
    """Return a whole pod as source."""
    return _model("V1Pod", {key: to_models(key, value) for key, value in manifest.items()})


def _model(name: str, pairs: Mapping[str, Any]) -> Call:
    return Call(f"k8s.{name}", (), tuple((field(key), value) for key, value in pairs.items()))
