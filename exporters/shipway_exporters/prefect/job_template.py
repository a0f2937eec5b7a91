"""The job template of a kubernetes pool, where that of Prefect lacks what a run needs.

It depends on no plan, but for the name of an uncommon device: so one pool serves all pipelines,
and each deployment fills in its own values. Source: `prefect_kubernetes.worker`,
KubernetesWorkerJobConfiguration and KubernetesWorkerVariables, of which all variables are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shipway.planner.plan import digest
from shipway_exporters.containers.resources import GPU

NAME = "base-job-template.json"
"""Of the template's file, in the folder of the flow; Prefect's own word for it."""
MARK: Mapping[str, list[str]] = {"SHIPWAY_JOB_TEMPLATE": [NAME]}
"""A variable of a run that needs this template. A server refuses to deploy it to a pool that has
another one, which would leave out what it does not know: there, a variable is a text. The refusal
quotes the value, and so names the file."""

_TEXT = {"type": "string"}
_TEXT_OR_NOTHING = {"type": ["string", "null"]}
_WHOLE = {"type": "integer", "minimum": 0}
_WHOLE_OR_NOTHING = {"type": ["integer", "null"], "minimum": 0}
_OBJECT = {"type": "object"}
_OBJECTS = {"type": "array", "items": _OBJECT}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
STANDARD: Mapping[str, Mapping[str, Any]] = {
    "annotations": _TEXTS,
    # Without a default a cluster would try six times, while Prefect has its own retries.
    "backoff_limit": {**_WHOLE, "default": 0},
    "cluster_config": _OBJECT,
    "command": _TEXT_OR_NOTHING,
    "cpu_limit": _TEXT_OR_NOTHING,
    "cpu_request": _TEXT_OR_NOTHING,
    # A list beside texts: see MARK.
    "env": {"type": "object", "additionalProperties": {"type": ["string", "array", "null"]}},
    "finished_job_ttl": _WHOLE_OR_NOTHING,
    "image": _TEXT_OR_NOTHING,
    "image_pull_policy": {
        "type": "string",
        "enum": ["IfNotPresent", "Always", "Never"],
        "default": "IfNotPresent",
    },
    "job_watch_timeout_seconds": _WHOLE_OR_NOTHING,
    "labels": _TEXTS,
    "memory_limit": _TEXT_OR_NOTHING,
    "memory_request": _TEXT_OR_NOTHING,
    "name": _TEXT_OR_NOTHING,
    "namespace": {**_TEXT, "default": "default"},
    "pod_watch_timeout_seconds": {**_WHOLE, "default": 60},
    "service_account_name": _TEXT_OR_NOTHING,
    "stream_output": {"type": "boolean", "default": True},
}
"""The schemas of the variables that Prefect's own template has as well, with its defaults."""
FURTHER: Mapping[str, Mapping[str, Any]] = {
    "env_from": _OBJECTS,
    "ephemeral_storage_limit": _TEXT,
    "ephemeral_storage_request": _TEXT,
    "image_pull_secrets": _OBJECTS,
    "node_selector": _TEXTS,
    "pod_annotations": _TEXTS,
    "priority_class_name": _TEXT,
    "tolerations": _OBJECTS,
    "volume_mounts": _OBJECTS,
    "volumes": _OBJECTS,
}
"""Those of the variables that it lacks."""
DEVICES = (
    "amd.com/gpu",
    "aws.amazon.com/neuron",
    "google.com/tpu",
    "gpu.intel.com/i915",
    "gpu.intel.com/xe",
    "habana.ai/gaudi",
    GPU,
)
"""The devices that every template has: no variable can stand for the key of a resource."""


_OF_WORKER = (
    *("annotations", "cluster_config", "command", "env", "job_watch_timeout_seconds", "labels"),
    *("name", "namespace", "pod_watch_timeout_seconds", "stream_output"),
)
"""What the worker itself wants to know, beside the manifest of the job."""
_RESOURCES = ("cpu", "memory", "ephemeral-storage")


def device_variable(device: str) -> str:
    """Return the name of the variable that holds how many of a device a run needs."""
    name = _slug(device)
    # Two devices may come to one name, and a pool has one variable for each.
    is_another = device not in DEVICES and name in map(_slug, DEVICES)
    return f"{name}_{digest(device)}" if is_another else name


def variable_schemas(devices: Iterable[str]) -> dict[str, Any]:
    """Return the schemas of all variables, by name."""
    of_devices = {device_variable(device): _TEXT for device in devices}
    return dict(sorted({**STANDARD, **FURTHER, **of_devices}.items()))


def is_needed(variables: Iterable[str]) -> bool:
    """Tell whether a run's variables are more than Prefect's own template knows."""
    return not STANDARD.keys() >= {*variables}


def job_template(device: str | None) -> dict[str, Any]:
    """Return the template with both its halves.

    Args:
        device: the one that a deployment asks for, if it does.
    """
    devices = sorted({*DEVICES, *([device] if device else [])})
    return {
        "job_configuration": {
            **{name: _variable(name) for name in _OF_WORKER},
            "job_manifest": _manifest(devices),
        },
        "variables": {
            "type": "object",
            # Otherwise a server passes over what a deployment says and the pool does not know.
            "additionalProperties": False,
            # `env.NAME`, of `prefect deployment run --job-variable`.
            "patternProperties": {r"^env\.": {}},
            "properties": variable_schemas(devices),
        },
    }


def _manifest(devices: Iterable[str]) -> dict[str, Any]:
    metadata = {name: _variable(name) for name in ("annotations", "labels", "namespace")}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {**metadata, "generateName": f"{_variable('name')}-"},
        "spec": {
            "backoffLimit": _variable("backoff_limit"),
            "ttlSecondsAfterFinished": _variable("finished_job_ttl"),
            "template": {
                "metadata": {"annotations": _variable("pod_annotations")},
                "spec": _pod(devices),
            },
        },
    }


def _pod(devices: Iterable[str]) -> dict[str, Any]:
    return {
        # They belong to the job, and a server drops them; but the worker asks for them here
        # (`prefect_kubernetes.worker`, `_get_base_job_manifest`).
        "completions": 1,
        "parallelism": 1,
        "restartPolicy": "Never",
        "serviceAccountName": _variable("service_account_name"),
        "imagePullSecrets": _variable("image_pull_secrets"),
        "nodeSelector": _variable("node_selector"),
        "tolerations": _variable("tolerations"),
        "priorityClassName": _variable("priority_class_name"),
        "volumes": _variable("volumes"),
        "containers": [_container(devices)],
    }


def _container(devices: Iterable[str]) -> dict[str, Any]:
    requests, limits = (
        {resource: _variable(f"{resource.replace('-', '_')}_{end}") for resource in _RESOURCES}
        for end in ("request", "limit")
    )
    limits |= {device: _variable(device_variable(device)) for device in devices}
    return {
        "name": "prefect-job",
        "image": _variable("image"),
        "imagePullPolicy": _variable("image_pull_policy"),
        "args": _variable("command"),
        "env": _variable("env"),
        "envFrom": _variable("env_from"),
        "resources": {"requests": requests, "limits": limits},
        "volumeMounts": _variable("volume_mounts"),
    }


def _slug(device: str) -> str:
    return "devices_" + re.sub(r"\W", "_", device, flags=re.ASCII)


def _variable(name: str) -> str:
    return f"{{{{ {name} }}}}"
