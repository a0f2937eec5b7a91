"""The pod that the server makes of a container and its options, as plain data of Kubernetes.

Source: KFP 2.17, `driver/k8s.go`, extendPodSpecPatch, and `driver/driver.go`, initPodSpecPatch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.kubeflow.platform import OWNER

Json = Mapping[str, Any]


def settings_of(plan: Plan, own: TaskSettings, container: Json, options: Json) -> dict[str, Any]:
    """Return what a container and its options say of the settings of a task, by capability.

    Args:
        own: the settings that they should say.
    """
    volumes, mounts = _volumes(own, options)
    spec = {
        "nodeSelector": options.get("nodeSelector", {}).get("labels", {}),
        "tolerations": options.get("tolerations", ()),
        "imagePullSecrets": [
            {"name": constant(item["secretNameParameter"])}
            for item in options.get("imagePullSecret", ())
        ],
        "volumes": volumes,
    }
    main = {
        "image": container["image"],
        "env": [*container.get("env", ()), *_secrets(options)],
        "resources": _resources(container.get("resources", {})),
        "volumeMounts": mounts,
        "imagePullPolicy": options.get("imagePullPolicy"),
    }
    return settings_in(own, _own_metadata(plan, own, options), spec, main)


def run_metadata(plan: Plan, own: TaskSettings, options: Json) -> Iterator[tuple[str, Any]]:
    """Yield the labels and the owner of the pipeline that a pod has."""
    metadata = options.get("podMetadata", {})
    labels = {k: v for k, v in metadata.get("labels", {}).items() if k not in own.pod_labels}
    # Under the same key, the pod's own label goes before the pipeline's.
    labels |= {k: v for k, v in plan.run.labels.items() if k in own.pod_labels}
    if labels:
        yield "labels", labels
    annotations = metadata.get("annotations", {})
    if OWNER in annotations and (plan.run.owner or OWNER not in own.annotations):
        yield "owner", annotations[OWNER]


def constant(parameter: Json) -> str:
    """Return the text that a parameter is."""
    return str(parameter["runtimeValue"]["constant"])


def _own_metadata(plan: Plan, own: TaskSettings, options: Json) -> dict[str, Any]:
    metadata = options.get("podMetadata", {})
    common = dict(run_metadata(plan, own, options))
    labels, owner = common.get("labels", {}), {OWNER} if "owner" in common else set()
    return {
        "labels": {
            key: value
            for key, value in metadata.get("labels", {}).items()
            if key in own.pod_labels or key not in labels
        },
        "annotations": {
            key: value for key, value in metadata.get("annotations", {}).items() if key not in owner
        },
    }


def _secrets(options: Json) -> Iterator[dict[str, Any]]:
    for secret in options.get("secretAsEnv", ()):
        name = constant(secret["secretNameParameter"])
        for pair in secret["keyToEnv"]:
            reference = {"name": name, "key": pair["secretKey"]}
            yield {"name": pair["envVar"], "valueFrom": {"secretKeyRef": reference}}


def _resources(resources: Json) -> dict[str, dict[str, str]]:
    result: dict[str, dict[str, str]] = {"requests": {}, "limits": {}}
    for name in ("cpu", "memory"):
        for part, amounts in result.items():
            if amount := resources.get(f"resource{name.title()}{part.title()[:-1]}"):
                amounts[name] = amount
    if device := resources.get("accelerator"):
        result["limits"][device["resourceType"]] = device["resourceCount"]
    return result


def _volumes(
    own: TaskSettings, options: Json
) -> tuple[Sequence[dict[str, Any]], Sequence[dict[str, Any]]]:
    # What a secret or a config map holds can only be read (Kubernetes, Volumes).
    read_only = {volume.mount for volume in own.volumes if volume.read_only}
    volumes: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []
    for kind, item, source in _sources(options):
        name = f"{kind}-{len(volumes)}"
        volumes.append({"name": name, **source})
        is_read = kind in ("secretAsVolume", "configMapAsVolume") and item["mountPath"] in read_only
        mount = {"name": name, "mountPath": item["mountPath"], "readOnly": is_read}
        sub_path = {"subPath": item["subPath"]} if "subPath" in item else {}
        mounts.append({**mount, **sub_path})
    return volumes, mounts


def _sources(options: Json) -> Iterator[tuple[str, Json, dict[str, Any]]]:
    for item in options.get("pvcMount", ()):
        claim = {"claimName": constant(item["pvcNameParameter"])}
        yield "pvcMount", item, {"persistentVolumeClaim": claim}
    for item in options.get("secretAsVolume", ()):
        secret = {"secretName": constant(item["secretNameParameter"])}
        yield "secretAsVolume", item, {"secret": secret}
    for item in options.get("configMapAsVolume", ()):
        config_map = {"name": constant(item["configMapNameParameter"])}
        yield "configMapAsVolume", item, {"configMap": config_map}
    for item in options.get("emptyDirMounts", ()):
        directory = {key: item[key] for key in ("medium", "sizeLimit") if key in item}
        yield "emptyDirMounts", item, {"emptyDir": directory}
