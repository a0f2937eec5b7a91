"""The pod of a worker of Airflow's KubernetesExecutor, which runs one task and ends.

Airflow merges what a task says of it, `executor_config["pod_override"]`, into the pod of its own
template, containers by their place: the first must be called `base`, or Airflow's own is gone.
Source: `airflow.providers.cncf.kubernetes.pod_generator`, PodGenerator.reconcile_containers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs import pod_arguments
from shipway_exporters.airflow.runs.pod_names import check_names
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.place import in_containers, volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.python_files.kubernetes_models import from_models, pod

CAPABILITIES: Mapping[str, str] = {
    name: "`pod_override`"
    for name in pod_arguments.CAPABILITIES
    # A worker runs in the executor's own namespace; variables go to the process itself.
    if name not in ("env", "kubernetes.namespace")
} | {"image": "`pod_override`: Airflow's own image with the project in it"}
UNSUPPORTED: Mapping[str, str] = {
    "kubernetes.namespace": "A worker's pod is in the namespace of the executor "
    "(`[kubernetes_executor] namespace` of Airflow's configuration).",
    "volumes.host_path": "Pods run on several machines, each with a folder of its own: mount a "
    "claim.",
    "command_prefix": "A worker's pod runs Airflow's own command.",
}
"""What cannot be said of the pod of a worker, with what there is instead."""
_KEY = "pod_override"
_OWN_LABELS = frozenset(
    {"dag_id", "task_id", "run_id", "map_index", "try_number", "execution_date", "logical_date"}
    | {"airflow-worker", "airflow_version", "kubernetes_executor", "airflow_executor_done"}
)
"""Labels by which the executor finds its pods; those of a task would replace them.

Source: `pod_generator`, build_labels_for_k8s_executor_pod and construct_pod; of the executor,
`POD_EXECUTOR_DONE_KEY`.
"""


def is_in_pods(options: Mapping[str, Any]) -> bool:
    """Tell whether tasks on the worker have a pod each."""
    return options.get("executor") == "kubernetes"


def check(plan: Plan, tasks: Iterable[Task]) -> None:
    """Check all that the pods of workers are told, before any of it is written.

    Raises:
        UnsupportedError: Kubernetes would refuse some of it.
    """
    if is_in_pods(plan.options):
        tasks = list(tasks)
        check_names(plan, tasks)
        volumes = lambda task: _volumes(plan, task)  # noqa: E731
        check_pods(plan, tasks, TARGET, volumes, CAPABILITIES, _OWN_LABELS.__contains__)


def executor_config(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what the settings of a task say of its worker's pod; nothing for nothing."""
    volumes = _volumes(plan, task)
    # The operator gives plain variables to the process itself.
    settings = replace(task.settings, env={})
    container = {
        "image": settings.image or plan.options.get("image"),
        **pod_settings.container(settings, volumes),
    }
    spec = {**pod_settings.scheduling(settings), "volumes": pod_settings.volumes(volumes)}
    metadata = pod_settings.metadata(settings, {})
    container, spec = _without_empty(container), _without_empty(spec)
    if not (container or spec or metadata):
        return {}
    containers = [{"name": "base", **container}]
    manifest = {"metadata": metadata, "spec": {"containers": containers, **spec}}
    return {_KEY: pod(_without_empty(manifest))}


def facts(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the arguments of a task say of its worker's pod, by capability."""
    config = arguments.get("executor_config") or {}
    if _KEY not in config:
        return {}
    manifest = from_models(config[_KEY])
    (container,) = manifest["spec"].pop("containers")
    return settings_in(task.settings, manifest.get("metadata", {}), manifest["spec"], container)


def _volumes(plan: Plan, task: Task) -> tuple[Volume, ...]:
    return volumes_of(in_containers(plan), task, TARGET, pod_settings.VOLUMES)


def _without_empty(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value}
