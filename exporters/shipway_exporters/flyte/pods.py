"""What only a pod template can say of a task: its volumes, its account, the machines for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.planner.plan import Plan, Task
from shipway.settings.values import TaskSettings, Volume
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.flyte.options import TARGET
from shipway_exporters.python_files.kubernetes_models import to_models

PRIMARY = "primary"
"""The container that flytekit gives the task's own image and command (`flytekit.PodTemplate`)."""

_AMOUNTS = (
    *("cpu", "memory", "ephemeral_storage", "gpu"),
    *("cpu_limit", "memory_limit", "ephemeral_storage_limit"),
)


def volumes_in(plan: Plan, task: Task) -> Sequence[Volume]:
    """Return the volumes that the pod of a task mounts."""
    return volumes_of(plan, task, TARGET, pod_settings.VOLUMES)


def pod_template(plan: Plan, task: Task) -> Call | None:
    """Return the pod template of a task; `None` where Flyte's own pod has all that is set."""
    volumes, settings = volumes_in(plan, task), task.settings
    container = pod_settings.container(_of_pod_alone(settings), volumes)
    spec = {**pod_settings.scheduling(settings), "volumes": pod_settings.volumes(volumes)}
    metadata = pod_settings.metadata(settings, {})
    spec = {key: value for key, value in spec.items() if value}
    if not (container or spec or metadata):
        return None
    containers = [{"name": PRIMARY, **container}] if container else []
    return Call("PodTemplate", (), (*_spec(containers, spec), *metadata.items()))


def _of_pod_alone(settings: TaskSettings) -> TaskSettings:
    """Leave out what the task itself says: flytekit gives it to the primary container."""
    amounts: dict[str, Any] = dict.fromkeys(_AMOUNTS)
    return replace(settings, env={}, secrets={}, **amounts)


def _spec(containers: list[Any], spec: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    if not (containers or spec):
        return ()
    # The client's model wants a list of containers, also an empty one.
    return (("pod_spec", to_models("spec", {"containers": containers, **spec})),)


def shared_names(templates: Sequence[Call | None]) -> dict[str, Call]:
    """Return the different templates by the name of a constant."""
    # By their text, since what they hold cannot be hashed.
    different = [*{repr(template): template for template in templates if template}.values()]
    if len(different) == 1:
        return {"POD": different[0]}
    return {f"POD_{number}": template for number, template in enumerate(different, start=1)}
