"""What a run's container has, read back as the settings of the tasks that it has it for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.readback import task_values
from shipway.planner.plan import Plan
from shipway.settings.values import VOLUME_KINDS, TaskSettings
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.prefect.job_template import DEVICES, device_variable
from shipway_exporters.prefect.job_variables import BY_POOL
from shipway_exporters.prefect.kubernetes_variables import ALIKE, device_of

_ARGUMENTS = "container_create_kwargs"
_CPU = (f"{_ARGUMENTS}.nano_cpus", f"{_ARGUMENTS}.cpu_shares", "cpu_request", "cpu_limit")
_MEMORY = ("mem_limit", f"{_ARGUMENTS}.mem_reservation", "memory_request", "memory_limit")
_STORAGE = ("ephemeral_storage_request", "ephemeral_storage_limit")
_DEVICES = (f"{_ARGUMENTS}.device_requests", *map(device_variable, DEVICES))
_VOLUMES = ("volumes", "volume_mounts", f"{_ARGUMENTS}.mounts")
_SUMS: Mapping[str, tuple[str, ...]] = {
    "resources.cpu": _CPU,
    "resources.limits.cpu": _CPU,
    "resources.memory": _MEMORY,
    "resources.limits.memory": _MEMORY,
    "resources.ephemeral_storage": _STORAGE,
    "resources.limits.ephemeral_storage": _STORAGE,
    "resources.gpu": _DEVICES,
    "resources.gpu_type": _DEVICES,
    **{f"volumes.{kind}": _VOLUMES for kind in VOLUME_KINDS},
}
"""The job variables to which a setting of all tasks comes."""
_ACCOUNT = ("service_account_name",)
_OF_RUN: Mapping[str, tuple[str, ...]] = {
    "resources.cpu": _CPU,
    "resources.memory": _MEMORY,
    "resources.ephemeral_storage": _STORAGE,
    "resources.gpu": _DEVICES,
    "volumes": _VOLUMES,
}
_ALIKE = frozenset(ALIKE) - {"env_from", "service_account"} | {
    "env_from.secret",
    "env_from.config_map",
}
COMPUTE_KEYS = frozenset(_SUMS) | _ALIKE


def overridden(plan: Plan) -> frozenset[str]:
    """Return the settings over which the target's own `job_variables` have the last word."""
    own = plan.options.get("job_variables", {})
    if not own:
        return frozenset()
    sums = {key for key, names in _names(plan).items() if _chosen(own, names)}
    return frozenset(sums | {key for key in _ALIKE if ALIKE[_setting(key)] in own})


def compute_by_task(plan: Plan, variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of each task: its own, where the run has all that its tasks come to.

    A sum does not say of what it is one, so what a run has is read as the plan's tasks have it, or
    else as it stands.
    """
    pool = str(plan.options.get("work_pool", {}).get("type", "process"))
    if pool not in BY_POOL:
        return {}
    needs = dict(BY_POOL[pool](plan))
    has = {key: _chosen(variables, names) for key, names in _names(plan).items()}
    # Otherwise than the plan's tasks come to: shown as it stands, which then differs from it.
    others = {key: v for key, v in has.items() if v != _chosen(needs, _names(plan)[key])}
    sums = {key for key, values in has.items() if values} - others.keys()
    return {
        task.name: {
            **(_pod(task.settings, variables) if pool == "kubernetes" else {}),
            **{key: v for key, v in task_values(plan, task).items() if key in sums},
            **others,
        }
        for task in plan.tasks
    }


def compute_of_run(variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a run's container has, as it stands: variables by the setting that they are of.

    What comes from no setting is under `job_variables`.
    """
    has = {key: _chosen(variables, names) for key, names in _OF_RUN.items()}
    used = {name for names in _OF_RUN.values() for name in names} | {"image", *_ACCOUNT}
    own = {name: value for name, value in _flat(variables) if name not in used}
    return {key: values for key, values in {**has, "job_variables": own}.items() if values}


def _pod(own: TaskSettings, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the variables of a kubernetes pool say of its pods."""
    names = {"labels": "labels", "annotations": "pod_annotations", "namespace": "namespace"}
    spec = {
        "nodeSelector": "node_selector",
        "tolerations": "tolerations",
        "priorityClassName": "priority_class_name",
        "imagePullSecrets": "image_pull_secrets",
    }
    container = {"envFrom": "env_from", "imagePullPolicy": "image_pull_policy"}
    metadata, pod, process = (
        {key: variables[name] for key, name in part.items() if name in variables}
        for part in (names, spec, container)
    )
    facts = settings_in(own, metadata, pod, process)
    return {key: facts[key] for key in _ALIKE & facts.keys()}


def _names(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return the names of variables by setting, with that of an uncommon device in the plan."""
    device = device_of(plan)
    more = (device_variable(device),) if device else ()
    return {key: (*names, *more) if names is _DEVICES else names for key, names in _SUMS.items()}


def _chosen(variables: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return those of the variables, or of the keys in one, that are there."""
    values = {name: _value(variables, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _value(variables: Mapping[str, Any], name: str) -> Any:
    variable, _, key = name.partition(".")
    value = variables.get(variable)
    return value.get(key) if key and isinstance(value, Mapping) else value if not key else None


def _flat(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the variables, and of those whose keys are settings of their own, each key."""
    for name, value in variables.items():
        if name == _ARGUMENTS and isinstance(value, Mapping):
            yield from ((f"{name}.{key}", item) for key, item in value.items())
        else:
            yield name, value


def _setting(capability: str) -> str:
    """Return the setting of which a capability may be a kind."""
    return capability if capability in ALIKE else capability.rpartition(".")[0]
