"""The arguments of `KubernetesPodOperator` that describe a pod, from settings and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway_exporters.airflow.jinja_texts import untemplated
from shipway_exporters.airflow.runs.words import text_in
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.python_files.kubernetes_models import from_models, to_models

CAPABILITIES: Mapping[str, str] = {
    "env": "`env_vars`",
    "secrets": "`env_vars`, by reference",
    "env_from.secret": "`env_from`",
    "env_from.config_map": "`env_from`",
    "resources.cpu": "`container_resources`",
    "resources.memory": "`container_resources`",
    "resources.gpu": "`container_resources`",
    "resources.gpu_type": "`container_resources`",
    "resources.ephemeral_storage": "`container_resources`",
    "resources.limits.cpu": "`container_resources`",
    "resources.limits.memory": "`container_resources`",
    "resources.limits.ephemeral_storage": "`container_resources`",
    "volumes.claim": "`volumes` and `volume_mounts`",
    "volumes.config_map": "`volumes` and `volume_mounts`",
    "volumes.secret": "`volumes` and `volume_mounts`",
    "volumes.empty_dir": "`volumes` and `volume_mounts`",
    "service_account": "`service_account_name`",
    "kubernetes.namespace": "`namespace`",
    "kubernetes.node_selector": "`node_selector`",
    "kubernetes.tolerations": "`tolerations`",
    "kubernetes.labels": "`labels`",
    "kubernetes.annotations": "`annotations`",
    "kubernetes.image_pull_policy": "`image_pull_policy`",
    "kubernetes.image_pull_secrets": "`image_pull_secrets`",
    "kubernetes.priority_class": "`priority_class_name`",
}
_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "namespace": ("metadata", "namespace"),
    "labels": ("metadata", "labels"),
    "annotations": ("metadata", "annotations"),
    "env_vars": ("container", "env"),
    "env_from": ("container", "envFrom"),
    "container_resources": ("container", "resources"),
    "volumes": ("spec", "volumes"),
    "volume_mounts": ("container", "volumeMounts"),
    "node_selector": ("spec", "nodeSelector"),
    "tolerations": ("spec", "tolerations"),
    "service_account_name": ("spec", "serviceAccountName"),
    "image_pull_policy": ("container", "imagePullPolicy"),
    "image_pull_secrets": ("spec", "imagePullSecrets"),
    "priority_class_name": ("spec", "priorityClassName"),
}
"""Where in a pod an argument stands."""
_TEMPLATED = frozenset({"namespace", "labels", "annotations", "node_selector"})
"""Arguments in which Airflow renders free text, besides that of variables; names of volumes and the
like hold no braces.

Source: `KubernetesPodOperator.template_fields` and `_render_nested_template_fields`.
"""
NOTHING: Mapping[str, Any] = dict.fromkeys((*_ARGUMENTS, "active_deadline_seconds"))


def arguments(plan: Plan, task: Task, volumes: Sequence[Volume]) -> dict[str, Any]:
    """Return what was set for the pod of a task; nothing that is not."""
    settings = task.settings
    pod: Mapping[str, Mapping[str, Any]] = {
        "metadata": {
            "namespace": settings.namespace,
            **pod_settings.metadata(settings, plan.run.labels),
        },
        "spec": {**pod_settings.scheduling(settings), "volumes": pod_settings.volumes(volumes)},
        "container": pod_settings.container(settings, volumes),
    }
    return {
        name: _argument(name, key, pod[part][key])
        for name, (part, key) in _ARGUMENTS.items()
        if pod[part].get(key)
    }


def facts(plan: Plan, task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the arguments of a task say of its pod, by capability."""
    pod: dict[str, dict[str, Any]] = {"metadata": {}, "spec": {}, "container": {}}
    for name, (part, key) in _ARGUMENTS.items():
        if arguments.get(name):
            pod[part][key] = _data(name, arguments[name])
    labels = pod["metadata"].get("labels", {})
    pod["metadata"]["labels"] = {
        key: value
        for key, value in labels.items()
        if key in task.settings.pod_labels or plan.run.labels.get(key) != value
    }
    return settings_in(task.settings, **pod)


def _argument(name: str, key: str, value: Any) -> Any:
    if name != "env_vars":
        return to_models(key, value, untemplated if name in _TEMPLATED else str)
    # Of a variable, the text alone is rendered, and not what it refers to.
    texts = {v["name"]: untemplated(v["value"]) for v in value if "value" in v}
    if len(texts) == len(value):
        return texts
    return to_models(key, [{**v, **_value(texts.get(v["name"]))} for v in value])


def _data(name: str, value: Any) -> Any:
    if name != "env_vars":
        return from_models(value, text_in if name in _TEMPLATED else str)
    if isinstance(value, Mapping):
        value = [{"name": variable, "value": text} for variable, text in value.items()]
    variables = from_models(value)
    return [{**v, **_value(text_in(v["value"]) if "value" in v else None)} for v in variables]


def _value(text: str | None) -> dict[str, str]:
    return {} if text is None else {"value": text}
