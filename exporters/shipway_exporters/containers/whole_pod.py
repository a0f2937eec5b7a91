"""A pod that a target writes whole: what it can say of a task, each in Kubernetes' own word.

`pod_settings` has its parts, and `pod_checks` looks at them before. `whole_pod_readback` reads it
back, and `pod_schema` and `pod_rules` check what the file then says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.tasks.limits import is_too_long
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.arguments import (
    NO_INTERVAL,
    NO_KEDRO_RUN,
    Placeholders,
    arguments,
    command,
)
from shipway_exporters.containers.place import image_of, volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.target import Target

CAPABILITIES: Mapping[str, str] = {
    "image": "`image`",
    "command_prefix": "the first words of `command`",
    "timeout": "`activeDeadlineSeconds` of the pod",
    "resources.cpu": "`resources.requests`",
    "resources.memory": "`resources.requests`",
    "resources.ephemeral_storage": "`resources.requests`",
    "resources.limits.cpu": "`resources.limits`",
    "resources.limits.memory": "`resources.limits`",
    "resources.limits.ephemeral_storage": "`resources.limits`",
    "resources.gpu": "`resources.limits`",
    "resources.gpu_type": "`resources.limits`",
    "env": "`env`",
    "secrets": "`secretKeyRef`",
    "env_from.secret": "`envFrom`",
    "env_from.config_map": "`envFrom`",
    "volumes.claim": "`persistentVolumeClaim`",
    "volumes.config_map": "`configMap`",
    "volumes.secret": "`secret`",
    "volumes.empty_dir": "`emptyDir`",
    "service_account": "`serviceAccountName`",
    "kubernetes.namespace": "`metadata.namespace`",
    "kubernetes.node_selector": "`nodeSelector`",
    "kubernetes.tolerations": "`tolerations`",
    "kubernetes.labels": "`metadata.labels` of the pod",
    "kubernetes.annotations": "`metadata.annotations` of the pod",
    "kubernetes.image_pull_policy": "`imagePullPolicy`",
    "kubernetes.image_pull_secrets": "`imagePullSecrets`",
    "kubernetes.priority_class": "`priorityClassName`",
    "labels": "`metadata.labels`",
}
UNSUPPORTED: Mapping[str, str] = {
    "run_on.local": "Everything is a pod here.",
    "run_on.docker": "Everything is a pod here.",
    "volumes.host_path": "Pods run on several machines: mount a claim.",
    "run_parameters.interval_start": NO_INTERVAL,
    "run_parameters.interval_end": NO_INTERVAL,
    "run_with": NO_KEDRO_RUN,
    "local_files": "Put it under a volume that its tasks mount.",
}
"""What pods lack, with what to do instead."""
_PROGRAM = 3
"""Words of the command alone: the Python, `-m` and the module."""


def volumes_in(plan: Plan, task: Task, target: Target) -> Sequence[Volume]:
    """Return the volumes that the pod of a task mounts."""
    return volumes_of(plan, task, target, pod_settings.VOLUMES)


def check(plan: Plan, task: Task, target: Target) -> None:
    """Check what Kubernetes is told of a task's pod.

    Raises:
        UnsupportedError: it would refuse some of it; one finding for each.
    """
    volumes = volumes_in(plan, task, target)
    check_pods(plan, [task], target, lambda _: volumes, CAPABILITIES)


def template(
    plan: Plan, task: Task, target: Target, container: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the metadata and the spec of the pod that runs a task once."""
    metadata = pod_settings.metadata(task.settings, plan.run.labels)
    volumes = pod_settings.volumes(volumes_in(plan, task, target))
    spec = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": whole_seconds(task.settings.timeout),
        **pod_settings.scheduling(task.settings),
        "containers": [container],
        "volumes": volumes or None,
    }
    return {**({"metadata": metadata} if metadata else {}), "spec": without_none(spec)}


def object_metadata(plan: Plan, name: str, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the metadata of an object of a pipeline, with its labels.

    Args:
        texts: the annotations, as far as there are any.
    """
    labels, annotations = dict(sorted(plan.run.labels.items())), without_none(texts)
    parts = {"name": name, "labels": labels or None, "annotations": annotations or None}
    return without_none(parts)


def container(
    plan: Plan,
    task: Task,
    target: Target,
    placeholders: Placeholders,
    *,
    name: str,
    variables: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the container of a task in a run that sets no parameter.

    Args:
        variables: those of the target, which its placeholders refer to.
    """
    own = pod_settings.container(task.settings, volumes_in(plan, task, target))
    program = command(plan, target, placeholders)
    prefix = map(placeholders.literal, task.settings.command_prefix)
    return {
        "name": name,
        "image": image_of(plan, task, target),
        "command": [*prefix, *program[:_PROGRAM]],
        "args": [*program[_PROGRAM:], *words(plan, task, placeholders)],
        "env": [*variables, *own.pop("env", ())],
        **own,
    }


def words(plan: Plan, task: Task, placeholders: Placeholders) -> list[str]:
    """Return what is a task's own; of very many nodes, it is told the names alone."""
    bare = replace(plan, parameters=())
    result = arguments(bare, task, placeholders)
    if not any(map(is_too_long, result)):
        return result
    return arguments(bare, task, placeholders, names_only=True)


def whole_seconds(duration: float | None) -> int | None:
    """Return whole seconds: half a one becomes one, as 0 would mean at once."""
    return None if duration is None else math.ceil(duration)


def without_none(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set."""
    return {key: value for key, value in parts.items() if value is not None}
