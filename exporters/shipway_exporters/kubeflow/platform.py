"""The platform document: what Kubernetes is told of a task's pod."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Secret, TaskSettings, Volume
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.place import last_of_store, volumes_of
from shipway_exporters.kubeflow.containers import TARGET

_SECRET, _CONFIG_MAP = "secretName", "configMapName"
OWNER = "owner"
"""The annotation of each pod that says whose it is."""


def platform_of(plan: Plan, task: Task) -> dict[str, Any]:
    """Return the options of the executor of a task."""
    settings = task.settings
    options = {**_scheduling(plan, settings), **_mounts(volumes_in(plan, task))}
    if settings.timeout is not None:
        # Whole seconds, and 0 would be no limit: half a second becomes one.
        options["activeDeadlineSeconds"] = math.ceil(settings.timeout)
    if settings.secrets:
        options["secretAsEnv"] = list(_secrets(settings.secrets))
    if plan.options.get("config_maps"):
        options["configMapAsEnv"] = list(_config_maps(plan.options["config_maps"]))
    return options


def platform_of_cleanup(plan: Plan) -> dict[str, Any]:
    """Return those of the task that empties the store, by the means of the last that uses it."""
    # The time-out of a task is another matter.
    options = platform_of(plan, last_of_store(plan))
    return {key: value for key, value in options.items() if key != "activeDeadlineSeconds"}


def platform_of_exit(plan: Plan) -> dict[str, Any]:
    """Return those of the task that runs last: the pod is of the first task's kind.

    Its secrets are its own: none of a task's gets to a command that need not know it.
    """
    options = _scheduling(plan, plan.tasks[0].settings)
    secrets = {name: Secret(**value) for name, value in secrets_on_exit(plan).items()}
    return {**options, **({"secretAsEnv": list(_secrets(secrets))} if secrets else {})}


def secrets_on_exit(plan: Plan) -> Mapping[str, Mapping[str, str]]:
    """Return the secrets of the task that runs last, by the variable that each fills."""
    secrets: Mapping[str, Mapping[str, str]] = plan.options.get("on_exit", {}).get("secrets", {})
    return secrets


def volumes_in(plan: Plan, task: Task) -> Sequence[Volume]:
    """Return the volumes that a task mounts.

    Raises:
        UnsupportedError: the options of the target name one that no pod can mount.
    """
    return volumes_of(plan, task, TARGET, pod_settings.VOLUMES)


def _scheduling(plan: Plan, settings: TaskSettings) -> dict[str, Any]:
    # By name: the order in the settings means nothing to Kubernetes and would show in a diff.
    selector = dict(sorted(settings.node_selector.items()))
    # An annotation, not a label: an owner may hold blanks or `@`, which no label's value may.
    owner = {OWNER: plan.run.owner} if plan.run.owner else {}
    metadata = pod_settings.metadata(settings, plan.run.labels)
    if annotations := {**metadata.get("annotations", {}), **owner}:
        metadata["annotations"] = dict(sorted(annotations.items()))
    pull_secrets = [_reference(_SECRET, name) for name in settings.image_pull_secrets]
    options = {
        "imagePullPolicy": settings.image_pull_policy,
        "imagePullSecret": pull_secrets,
        "nodeSelector": {"labels": selector} if selector else None,
        "tolerations": pod_settings.tolerations(settings.tolerations),
        "podMetadata": metadata,
    }
    return {key: value for key, value in options.items() if value}


def _reference(key: str, name: str) -> dict[str, Any]:
    """A name as older servers read it, and as newer ones do; the SDK writes both."""
    # Which server will read it is unknown when the spec is written, so both must be there.
    return {key: name, f"{key}Parameter": {"runtimeValue": {"constant": name}}}


def _mounts(volumes: Sequence[Volume]) -> dict[str, list[dict[str, Any]]]:
    options: dict[str, list[dict[str, Any]]] = {}
    for volume in volumes:
        kind, mount = _mount(volume)
        options.setdefault(kind, []).append({"mountPath": volume.mount, **mount})
    return options


def _mount(volume: Volume) -> tuple[str, dict[str, Any]]:
    # Not optional: what is missing stops the pod, not the node that reads it.
    if volume.kind == "secret":
        return "secretAsVolume", {**_reference(_SECRET, volume.source), "optional": False}
    if volume.kind == "config_map":
        return "configMapAsVolume", {**_reference(_CONFIG_MAP, volume.source), "optional": False}
    if volume.kind == "empty_dir":
        return "emptyDirMounts", dict(_empty_dir(volume))
    parameter = {"runtimeValue": {"constant": volume.source}}
    # Here the plain name is called `constant`, unlike those of secrets and config maps.
    return "pvcMount", {"constant": volume.source, "pvcNameParameter": parameter}


def _empty_dir(volume: Volume) -> Iterator[tuple[str, str]]:
    yield "volumeName", pod_settings.volume_name(volume)
    if volume.medium:
        yield "medium", volume.medium
    if volume.size:
        yield "sizeLimit", volume.size.text


def _secrets(secrets: Mapping[str, Secret]) -> Iterator[dict[str, Any]]:
    for variable, secret in sorted(secrets.items()):
        keys = [{"secretKey": secret.key, "envVar": variable}]
        yield {**_reference(_SECRET, secret.name), "keyToEnv": keys, "optional": False}


def _config_maps(config_maps: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for variable, value in sorted(config_maps.items()):
        keys = [{"configMapKey": value["key"], "envVar": variable}]
        yield {**_reference(_CONFIG_MAP, value["name"]), "keyToEnv": keys, "optional": False}
