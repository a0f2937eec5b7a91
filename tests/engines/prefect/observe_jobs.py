"""What a worker would start for a run, as settings of the tasks that it is started for.

A run has one container. So what stands in it once must be what each of its tasks says; and of
compute it must have as much as the neediest tasks that can run at once, by trying all sets of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.quantities import Quantity
from shipway.settings.task_settings import TASK_SETTINGS
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import TaskSettings, Volume
from shipway_exporters.containers.pod_readback import settings_in

OF_THE_FLOW = 512 * 2**20
AT_ONCE = 16
_STEP = {"cpu": 0.001, "memory": 2**20, "ephemeral_storage": 2**20, "gpu": 0}
"""By how much a sum may be rounded."""
_NAMES = {
    "cpu": "resources.cpu",
    "memory": "resources.memory",
    "ephemeral_storage": "resources.ephemeral_storage",
    "gpu": "resources.gpu",
}


def of_pod(plan: Plan, job: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of each task, by capability, of a job for Kubernetes."""
    template = job["spec"]["template"]
    spec = template["spec"]
    (container,) = spec["containers"]
    assert job["spec"]["backoffLimit"] == 0, "Prefect has retries of its own"
    assert container["args"] == ["prefect", "flow-run", "execute"]
    names = {item["name"]: item["value"] for item in container["env"]}
    assert set(names) & {name for task in plan.tasks for name in task.settings.env} == set()
    resources = container.get("resources", {})
    limits = {**resources.get("limits", {})}
    has = {
        name: (_amount(resources.get("requests", {}).get(key)), _amount(limits.pop(key, None)))
        for name, key in {"cpu": "cpu", "memory": "memory", "ephemeral_storage": _DISK}.items()
    }
    ((device, number),) = limits.items() if limits else [(None, None)]
    has["gpu"] = (_amount(number), _amount(number))
    labels = template["metadata"]["labels"]
    own_labels = {k: v for k, v in labels.items() if not k.startswith(("prefect.io/", "app.k"))}
    metadata = {**template["metadata"], "labels": own_labels, **_namespace(job)}
    facts = settings_in(TaskSettings(), metadata, spec, {**container, "resources": {}, "env": []})
    if facts.get("kubernetes.image_pull_policy") == "IfNotPresent":
        # Where nothing is set, it is the pool's.
        own = {task.settings.image_pull_policy for task in plan.tasks}
        facts |= {"kubernetes.image_pull_policy": own.pop()} if len(own) == 1 else {}
    alike = {key: value for key, value in facts.items() if not key.startswith("volumes.")}
    of_kinds = (value for key, value in facts.items() if key.startswith("volumes."))
    mounts = {mount: volume for volumes in of_kinds for mount, volume in volumes.items()}
    kinds = ("claim", "config_map", "secret", "empty_dir")
    return {
        task.name: {
            **alike,
            **dict(_compute(plan, task, has)),
            **_device(task, device),
            **_volumes(plan, task, kinds, mounts),
        }
        for task in plan.tasks
    }


def of_docker(plan: Plan, created: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the same of what Docker's API is sent."""
    host = created["host_config"]
    assert created["command"] == "prefect flow-run execute"
    cores, memory = host.get("NanoCpus"), host.get("Memory")
    number = sum(request["Count"] for request in host.get("DeviceRequests") or ())
    shares, reserve = host.get("CpuShares"), host.get("MemoryReservation")
    most = cores / 10**9 if cores else None
    has = {
        "cpu": (_request(plan, "cpu", shares and shares / 1024, most), most),
        "memory": (_request(plan, "memory", reserve, memory), memory),
        "gpu": (number or None, number or None),
    }
    mounts = dict(_mounts(host))
    kinds = ("claim", "host_path", "empty_dir")
    return {
        task.name: {
            "image": created["image"],
            **dict(_compute(plan, task, has)),
            **_volumes(plan, task, kinds, mounts),
            # Docker has devices of NVIDIA alone.
            **_device(task, "nvidia.com/gpu" if number else None),
        }
        for task in plan.tasks
    }


_DISK = "ephemeral-storage"


def _request(plan: Plan, name: str, own: float | None, limit: float | None) -> float | None:
    """Docker has a request only where it is not the limit; who asks for nothing has none."""
    asks = any(getattr(task.settings, name) for task in plan.tasks)
    return (own or limit) if asks else own


def _namespace(job: Mapping[str, Any]) -> dict[str, str]:
    name = job["metadata"]["namespace"]
    return {} if name == "default" else {"namespace": name}


def _amount(text: str | None) -> float | None:
    return None if text is None else float(Quantity(text).amount)


def _compute(
    plan: Plan, task: Task, has: Mapping[str, tuple[float | None, float | None]]
) -> Iterator[tuple[str, Any]]:
    """Yield what a task asks for, where the run has as much as it may need, and no more."""
    for name, (request, limit) in has.items():
        capability = _NAMES[name]
        setting = capability.replace("resources.", "resources.limits.")
        yield capability, _fitting(plan, task, name, request, capability, _own)
        if name != "gpu":
            yield setting, _fitting(plan, task, name, limit, setting, _most)


def _fitting(
    plan: Plan,
    task: Task,
    name: str,
    has: float | None,
    capability: str,
    of: Callable[[TaskSettings, str], float],
) -> Any:
    # Who has no limit would share that of the others.
    is_bare = of is _most and not all(_most(task.settings, name) for task in plan.tasks)
    least, most = (0.0, 0.0) if is_bare else _bounds(plan, lambda settings: of(settings, name))
    flow = OF_THE_FLOW if name == "memory" and most else 0
    step = _STEP[name]
    if not least + flow - step <= (has or 0) <= most + flow + step:
        return f"{has}, which is not from {least + flow} to {most + flow}"
    (own,) = (
        setting.in_artifact(task.settings)[capability]
        for setting in TASK_SETTINGS
        if setting.name == capability
    )
    return own


def _own(settings: TaskSettings, name: str) -> float:
    value = getattr(settings, name)
    return float(value.amount if isinstance(value, Quantity) else value or 0)


def _most(settings: TaskSettings, name: str) -> float:
    limit = getattr(settings, f"{name}_limit")
    return float(limit.amount) if limit else _own(settings, name)


def _bounds(plan: Plan, of: Callable[[TaskSettings], float]) -> tuple[float, float]:
    """Return what the neediest tasks that can run at once need, and the neediest of all."""
    at_once = plan.run.parallel_tasks or AT_ONCE
    needs = {task.name: of(task.settings) for task in plan.tasks}
    before = _before(plan)
    sets = (
        group
        for size in range(1, min(at_once, len(needs)) + 1)
        for group in combinations(needs, size)
        if not any(one in before[other] for one in group for other in group)
    )
    least = max(sum(needs[name] for name in group) for group in sets)
    return least, sum(sorted(needs.values(), reverse=True)[:at_once])


def _before(plan: Plan) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for task in plan.tasks:
        result[task.name] = {n for need in task.needs for n in (need, *result[need])}
    return result


def _device(task: Task, device: str | None) -> dict[str, Any]:
    settings = task.settings
    is_usual = device == "nvidia.com/gpu" and not settings.gpu_type
    return {} if not settings.gpu or is_usual else {"resources.gpu_type": device}


def _volumes(
    plan: Plan, task: Task, kinds: Collection[str], mounts: Mapping[str, Volume]
) -> dict[str, Any]:
    """Return the volumes of a task, where the container mounts those of all and no others."""
    goal = {v.mount: v for each in plan.tasks for v in _of_task(plan, each, kinds)}
    if _in_bytes(goal) != _in_bytes(mounts):
        return dict.fromkeys((f"volumes.{kind}" for kind in kinds), mounts)
    own = [volume for volume in task.settings.volumes if volume.kind in kinds]
    of_kinds = {kind: {v.mount: v for v in own if v.kind == kind} for kind in kinds}
    return {f"volumes.{kind}": volumes for kind, volumes in of_kinds.items() if volumes}


def _in_bytes(volumes: Mapping[str, Volume]) -> dict[str, Volume]:
    """Return the same, with sizes that are alike where they are written in other units."""
    sizes = {k: v.size and Quantity(str(int(v.size.amount))) for k, v in volumes.items()}
    return {mount: replace(volume, size=sizes[mount]) for mount, volume in volumes.items()}


def _of_task(plan: Plan, task: Task, kinds: Collection[str]) -> Sequence[Volume]:
    own = task.settings.volumes or tuple(map(to_volume, plan.options.get("volumes", ())))
    return [volume for volume in own if volume.kind in kinds]


def _mounts(host: Mapping[str, Any]) -> Iterator[tuple[str, Volume]]:
    for text in host.get("Binds") or ():
        source, mount, *options = text.split(":")
        kind: Any = "host_path" if source.startswith("/") else "claim"
        yield mount, Volume(kind=kind, source=source, mount=mount, read_only=options == ["ro"])
    for item in host.get("Mounts") or ():
        assert item["Type"] == "tmpfs"
        size = item.get("TmpfsOptions", {}).get("SizeBytes")
        yield (
            item["Target"],
            Volume(
                kind="empty_dir",
                mount=item["Target"],
                medium="Memory",
                size=Quantity(str(size)) if size else None,
                read_only=item.get("ReadOnly", False),
            ),
        )
