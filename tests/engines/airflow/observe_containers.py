"""What Airflow would start in containers, as settings: rendered pods, and what Docker is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.tasks.task_job import JSON_OPTIONS
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.containers.place import in_containers, volumes_of
from shipway_exporters.containers.pod_readback import settings_in
from tests.containers.kubernetes.expansion import expand

from .load import LoadedTask

_UNITS = {"g": 2**30, "m": 2**20, "k": 2**10}


def job_of_container(task: LoadedTask) -> dict[str, Any]:
    """Return the job that the words of a container make up, once they have arrived."""
    words = _words(task)
    options = [word[2:].partition("=") for word in words if word.startswith("--") and "=" in word]
    return {
        name.replace("-", "_"): json.loads(value) if name in JSON_OPTIONS else value
        for name, _, value in options
        if name != "text"
    }


def _words(task: LoadedTask) -> Sequence[str]:
    """The arguments of the container's process."""
    container = task.container or {}
    if task.operator == "DockerOperator":
        return [*container["entrypoint"], *container["command"]]
    (only,) = container["spec"]["containers"]
    variables = {item["name"]: item.get("value", "") for item in only.get("env", ())}
    return [expand(word, variables) for word in (*only["command"], *only["args"])]


def container_settings(plan: Plan, task: LoadedTask) -> dict[str, Any]:
    """Return what a container has of the settings of its task, by capability."""
    own = plan.task_by_name[task.task_id]
    if task.container is None:
        return {}
    if task.operator == "DockerOperator":
        return dict(_of_docker(plan, own, task.container))
    return dict(_of_pod(plan, own, task))


def _of_pod(plan: Plan, own: Task, task: LoadedTask) -> Iterator[tuple[str, Any]]:
    pod: Any = task.container
    (container,) = pod["spec"]["containers"]
    assert container["name"] == "base"
    metadata = pod.get("metadata", {})
    labels = {
        key: value
        for key, value in metadata.get("labels", {}).items()
        if key != "airflow_version"
        and (key in own.settings.pod_labels or plan.run.labels.get(key) != value)
    }
    facts = settings_in(own.settings, {**metadata, "labels": labels}, pod["spec"], container)
    if task.operator == "KubernetesPodOperator":
        assert set(plan.run.labels) <= set(metadata.get("labels", {}))
        if metadata["namespace"] == "default":  # the cluster's, where nothing is set
            facts.pop("kubernetes.namespace", None)
        yield "command_prefix", tuple(expand(w, {}) for w in container["command"][:-3])
        yield "timeout", pod["spec"].get("activeDeadlineSeconds")
    yield from facts.items()


def _of_docker(plan: Plan, own: Task, container: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    settings = own.settings
    assert container["labels"] == (dict(plan.run.labels) or None)
    assert not container["mount_tmp_dir"]
    assert not container["do_xcom_push"]
    assert container["auto_remove"] == "force"
    yield "image", container["image"]
    yield "command_prefix", tuple(container["entrypoint"][:-3])
    yield "env", container["environment"]
    if settings.cpu or container["cpus"] != 1.0:
        is_alike = settings.cpu and float(settings.cpu.amount) == container["cpus"]
        yield "resources.cpu", settings.cpu.text if settings.cpu and is_alike else container["cpus"]
    if limit := container["mem_limit"]:
        size = limit if isinstance(limit, int) else int(limit[:-1]) * _UNITS[limit[-1]]
        is_alike = settings.memory and settings.memory.amount == size
        yield "resources.memory", settings.memory.text if settings.memory and is_alike else limit
    for request in container["device_requests"]:
        yield "resources.gpu", request["Count"]
        if settings.gpu_type:  # Docker has devices of NVIDIA alone
            yield "resources.gpu_type", "nvidia.com/gpu"
    yield from _mounts(volumes_of(in_containers(plan), own, TARGET), container["mounts"])


def _mounts(
    own: Sequence[Volume], mounts: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    kinds = {"volume": "claim", "bind": "host_path", "tmpfs": "empty_dir"}
    volumes = {volume.mount: volume for volume in own}
    for kind in kinds.values():
        of_kind = [mount for mount in mounts if kinds[mount["Type"]] == kind]
        yield (
            f"volumes.{kind}",
            {m["Target"]: _volume(volumes.get(m["Target"]), m) for m in of_kind},
        )


def _volume(volume: Any, mount: Mapping[str, Any]) -> Any:
    """The volume of the plan where Docker mounts it so, else what Docker is told."""
    if volume is None:
        return mount
    size = mount.get("TmpfsOptions", {}).get("SizeBytes")
    is_alike = (
        (mount["Source"] or "") == volume.source
        and bool(mount["ReadOnly"]) == volume.read_only
        and size == (int(volume.size.amount) if volume.size else None)
    )
    return volume if is_alike else mount
