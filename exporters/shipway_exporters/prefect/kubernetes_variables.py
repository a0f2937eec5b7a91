"""What the tasks' settings come to for a kubernetes pool, whose runs are pods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.resources import GPU, millicores
from shipway_exporters.prefect.compute import cores, devices, memory, storage, the_same
from shipway_exporters.prefect.job_template import device_variable
from shipway_exporters.prefect.options import TARGET
from shipway_exporters.prefect.pool_options import is_own_label
from shipway_exporters.prefect.run_volumes import volumes_of_a_run

_ALIKE: Mapping[str, tuple[str, Callable[[TaskSettings], Any]]] = {
    "service_account": ("service_account_name", lambda settings: settings.service_account),
    "env_from": ("env_from", pod_settings.environment_sources),
    "kubernetes.namespace": ("namespace", lambda settings: settings.namespace),
    "kubernetes.node_selector": (
        "node_selector",
        lambda settings: dict(sorted(settings.node_selector.items())),
    ),
    "kubernetes.tolerations": (
        "tolerations",
        lambda settings: pod_settings.tolerations(settings.tolerations),
    ),
    "kubernetes.labels": ("labels", lambda settings: dict(sorted(settings.pod_labels.items()))),
    "kubernetes.annotations": (
        "pod_annotations",
        lambda settings: dict(sorted(settings.annotations.items())),
    ),
    "kubernetes.image_pull_policy": (
        "image_pull_policy",
        lambda settings: settings.image_pull_policy,
    ),
    "kubernetes.image_pull_secrets": (
        "image_pull_secrets",
        lambda settings: [{"name": name} for name in settings.image_pull_secrets],
    ),
    "kubernetes.priority_class": (
        "priority_class_name",
        lambda settings: settings.priority_class,
    ),
}
"""What all tasks of a run have alike: the job variable, and its value, by setting."""
ALIKE: Mapping[str, str] = {setting: name for setting, (name, _) in _ALIKE.items()}

_CHECKED = frozenset(
    {*ALIKE, "image", "env_from.secret", "env_from.config_map", "resources.gpu_type"}
    | {f"volumes.{kind}" for kind in pod_settings.VOLUMES}
)


def kubernetes_variables(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield the job variables of a kubernetes pool that the tasks' settings ask for.

    Raises:
        UnsupportedError: Kubernetes would refuse the pod, or two tasks ask for different ones.
    """
    volumes = volumes_of_a_run(plan)
    check_pods(plan, plan.tasks, TARGET, lambda _: volumes, _CHECKED, is_own_label)
    yield from _compute(plan)
    for setting, (variable, of) in _ALIKE.items():
        if value := the_same(plan, setting, of):
            yield variable, value
    if volumes:
        yield "volumes", pod_settings.volumes(volumes)
        yield "volume_mounts", pod_settings.volume_mounts(volumes)
    _check_labels(plan)


def device_of(plan: Plan) -> str | None:
    """Return the resource name of the devices that a run asks for, if it asks for some.

    Raises:
        UnsupportedError: two tasks ask for different ones.
    """
    kind = the_same(
        plan,
        "resources.gpu_type",
        lambda settings: settings.gpu_type or GPU,
        among=lambda settings: settings.gpu,
    )
    return str(kind) if kind else None


def _compute(plan: Plan) -> Iterator[tuple[str, Any]]:
    amounts = {
        "cpu": [millicores(amount) if amount else None for amount in cores(plan)],
        "memory": [f"{amount}Mi" if amount else None for amount in memory(plan)],
        "ephemeral_storage": [f"{amount}Mi" if amount else None for amount in storage(plan)],
    }
    for name, (request, most) in amounts.items():
        if request:
            yield f"{name}_request", request
        if most:
            yield f"{name}_limit", most
    if device := device_of(plan):
        # As a text: Kubernetes writes quantities so.
        yield device_variable(device), str(devices(plan))


def _check_labels(plan: Plan) -> None:
    """Check that the worker leaves the labels as they are.

    Raises:
        UnsupportedError: it would make one dash of two (`prefect_kubernetes.utilities`,
            `_slugify_label_value`).
    """
    for key, value in sorted(plan.tasks[0].settings.pod_labels.items()):
        if "--" in key or "--" in value:
            raise UnsupportedError(
                Finding(
                    what=f"Prefect's worker would change the label `{key}: {value}`: it makes one "
                    "dash of several.",
                    where=plan.tasks[0].settings.places.get(f"kubernetes.labels.{key}"),
                    remedy="Write it without two dashes in a row.",
                )
            )
