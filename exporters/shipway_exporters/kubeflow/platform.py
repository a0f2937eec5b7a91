"""The platform document: what Kubernetes is told of a task's pod."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.containers.pods import labels_of, tolerations_of
from shipway_exporters.kubeflow.containers import TARGET


def platform_of(plan: Plan, task: Task | None, with_timeout: bool = True) -> dict[str, Any]:
    """Return the options of one executor; of the task that runs last, those of the target alone.

    Args:
        with_timeout: whether the task's time-out and secrets count.
    """
    options = dict(_common(plan))
    if task is None:
        return options
    mounts = [_mount(volume.source, volume.mount) for volume in volumes_of(plan, task)]
    if mounts:
        options["pvcMount"] = mounts
    if with_timeout and task.settings.timeout is not None:
        # Whole seconds, and 0 would be no limit: half a second becomes one.
        options["activeDeadlineSeconds"] = math.ceil(task.settings.timeout)
    if with_timeout and task.settings.secrets:
        options["secretAsEnv"] = list(_secrets(task))
    if with_timeout and plan.options.get("config_maps"):
        options["configMapAsEnv"] = list(_config_maps(plan.options["config_maps"]))
    return options


def _common(plan: Plan) -> Iterator[tuple[str, Any]]:
    options = plan.options
    if options.get("pull_policy"):
        yield "imagePullPolicy", options["pull_policy"]
    if options.get("pull_secrets"):
        yield (
            "imagePullSecret",
            [_reference("secretName", name) for name in options["pull_secrets"]],
        )
    if options.get("node_selector"):
        # By name: the order in the settings means nothing to Kubernetes and would show in a diff.
        yield "nodeSelector", {"labels": dict(sorted(options["node_selector"].items()))}
    if tolerations := tolerations_of(plan, TARGET):
        yield "tolerations", tolerations
    metadata: dict[str, Any] = {}
    if plan.run.labels:
        metadata["labels"] = labels_of(plan)
    if plan.run.owner:
        # An annotation, not a label: an owner may hold blanks or `@`, which no label's value may.
        metadata["annotations"] = {"owner": plan.run.owner}
    if metadata:
        yield "podMetadata", metadata


def _reference(key: str, name: str) -> dict[str, Any]:
    """A name as older servers read it, and as newer ones do; the SDK writes both."""
    # Which server will read it is unknown when the spec is written, so both must be there.
    return {key: name, f"{key}Parameter": {"runtimeValue": {"constant": name}}}


def _mount(claim: str, path: str) -> dict[str, Any]:
    parameter = {"runtimeValue": {"constant": claim}}
    # Here the plain name is called `constant`, unlike those of secrets and config maps.
    return {"mountPath": path, "constant": claim, "pvcNameParameter": parameter}


def _secrets(task: Task) -> Iterator[dict[str, Any]]:
    for variable, secret in sorted(task.settings.secrets.items()):
        keys = [{"secretKey": secret.key, "envVar": variable}]
        # Not optional: a missing secret stops the pod, not the node that reads the variable.
        yield {**_reference("secretName", secret.name), "keyToEnv": keys, "optional": False}


def _config_maps(config_maps: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for variable, value in sorted(config_maps.items()):
        keys = [{"configMapKey": value["key"], "envVar": variable}]
        yield {**_reference("configMapName", value["name"]), "keyToEnv": keys, "optional": False}
