"""A task in a container of Docker, by the operator of Airflow's docker provider.

Source: `airflow.providers.docker.operators.docker`, DockerOperator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunOn, Volume, VolumeKind
from shipway.tasks import task_job
from shipway_exporters.airflow.capabilities import support_of
from shipway_exporters.airflow.jinja_texts import rendering_of, untemplated
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs import words
from shipway_exporters.airflow.runs.run import Code
from shipway_exporters.containers.arguments import NO_KEDRO_RUN
from shipway_exporters.containers.docker_devices import check_devices
from shipway_exporters.containers.docker_volumes import volume_fault
from shipway_exporters.containers.place import image_of, in_containers, volumes_of
from shipway_exporters.containers.resources import GPU

_ESCAPES = words.Escapes(text=lambda text: text, back=lambda text: text)
_RUN = "RUN"
_ON_KUBERNETES = "Docker knows none: let the task run on Kubernetes (`run_on: kubernetes`)."
_NO_SECRETS = (
    "Docker has no store of secrets: give the variable to the image, or let the task run on "
    "Kubernetes (`run_on: kubernetes`)."
)
_NO_REQUESTS = "Docker knows no requests: set `resources.memory`, the most that a container gets."
_TYPES: Mapping[VolumeKind, str] = {"claim": "volume", "host_path": "bind", "empty_dir": "tmpfs"}

_NOTHING: Mapping[str, Any] = {
    "environment": None,
    "labels": None,
    "mem_limit": None,
    "cpus": 1.0,
    "device_requests": None,
    "mounts": None,
    "network_mode": None,
}


@dataclass(frozen=True)
class Docker:
    """See `shipway_exporters.airflow.runs.run.Run`."""

    operator: str = "DockerOperator"
    template: str | None = None
    place: RunOn = "docker"
    capabilities = support_of(
        native={
            "run_on.docker": "`DockerOperator`",
            "image": "`image`",
            "command_prefix": "the first words of `entrypoint`",
            "env": "`environment`",
            "resources.cpu": "`cpus`: a share beside other containers, no limit",
            "resources.memory": "`mem_limit`",
            "resources.gpu": "`device_requests`",
            "resources.gpu_type": "`container_resources`; on Docker `nvidia.com/gpu` alone",
            "volumes.claim": "`mounts` of a volume",
            "volumes.host_path": "`mounts` of a folder of the machine",
            "volumes.empty_dir": "`mounts` in memory, of a size",
        },
        emulated={
            "memory.store": "carried by `shipway.runtime`",
            "memory.cleanup": "a last task",
            **words.RUN_FACTS,
        },
        unsupported={
            "secrets": _NO_SECRETS,
            "env_from.secret": _NO_SECRETS,
            "env_from.config_map": _ON_KUBERNETES,
            "volumes.secret": _NO_SECRETS,
            "volumes.config_map": _ON_KUBERNETES,
            "resources.limits.cpu": "The operator sets a share of the cores, not a limit.",
            "resources.limits.memory": _NO_REQUESTS,
            "run_with": NO_KEDRO_RUN,
        },
        otherwise=_ON_KUBERNETES,
    )
    nothing = _NOTHING
    keys = words.KEYS | frozenset(
        {"run_on.docker", "resources.cpu", "resources.memory", "resources.gpu"}
        | {"resources.gpu_type"}
        | {f"volumes.{kind}" for kind in _TYPES}
    )

    def code(self, plan: Plan, tasks: Sequence[Task], is_2: bool) -> Code:
        self._check_volumes(plan, tasks)
        check_devices(tasks)
        words.check_parameters(plan, tasks[0])
        mounts = [volume for task in tasks for volume in self.volumes(plan, task)]
        devices = any(task.settings.gpu for task in tasks)
        return Code(
            airflow_names=frozenset({"DockerOperator"})
            | ({"Mount"} if mounts else frozenset())
            | ({"DeviceRequest"} if devices else frozenset()),
            constants=(words.constant(_RUN, plan, is_2, _ESCAPES),),
            arguments={task.name: {"command": _command(plan, task)} for task in tasks},
            defaults=words.MACROS if plan.parameters else None,
            is_macro=True,
        )

    def settings(self, plan: Plan, task: Task) -> dict[str, Any]:
        own = {
            "image": untemplated(image_of(in_containers(plan), task, TARGET)),
            "entrypoint": words.program(plan, task),
            "environment": dict(_environment(task)),
            "mem_limit": task.settings.memory and _bytes(int(task.settings.memory.amount)),
            "cpus": task.settings.cpu and float(task.settings.cpu.amount),
            "device_requests": list(_devices(task)),
            "mounts": [_mount(volume) for volume in self.volumes(plan, task)],
            "labels": dict(plan.run.labels),
            "network_mode": plan.options.get("network"),
        }
        # A folder of the worker is none of the machine that runs the container; a finished
        # container is nobody's; and the last line of its log is no result.
        fixed = {"mount_tmp_dir": False, "auto_remove": "force", "do_xcom_push": False}
        return {**{key: value for key, value in own.items() if value}, **fixed}

    def volumes(self, plan: Plan, task: Task) -> tuple[Volume, ...]:
        return volumes_of(in_containers(plan), task, TARGET, _TYPES)

    def _check_volumes(self, plan: Plan, tasks: Sequence[Task]) -> None:
        faults = {
            (fault, task.settings.places.get("volumes", TARGET.option("volumes"))): None
            for task in tasks
            for volume in self.volumes(plan, task)
            if (fault := volume_fault(volume))
        }
        if faults:
            raise UnsupportedError(
                *(Finding(what=what, where=where, remedy=do) for (what, do), where in faults)
            )

    def cleanup(self, plan: Plan) -> dict[str, Any]:
        return {"command": words.cleanup_words(_RUN)}

    def job(self, arguments: Mapping[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
        return words.job_in(arguments["command"], constants, _ESCAPES)

    def facts(
        self, plan: Plan, task: Task, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> dict[str, Any]:
        facts = {**dict(_container(arguments)), **dict(_compute(task, arguments))}
        facts |= dict(_mounts(self.volumes(plan, task), arguments))
        return {**facts, **task_job.task_facts(self.job(arguments, constants))}

    def run_facts(self, plan: Plan, constants: Mapping[str, Any]) -> dict[str, Any]:
        return words.run_facts(plan, constants[_RUN], _ESCAPES)


def _command(plan: Plan, task: Task) -> list[Any]:
    own = words.task_words(plan, task, _RUN, _ESCAPES)
    # The container's own deadline: it ends also where nobody watches it any more.
    return [*own, *([f"--timeout={task.settings.timeout}"] if task.settings.timeout else [])]


def _environment(task: Task) -> Iterator[tuple[str, str]]:
    for name, value in sorted(task.settings.env.items()):
        yield name, untemplated(value)


def _devices(task: Task) -> Iterator[Call]:
    if task.settings.gpu:
        options = (("count", task.settings.gpu), ("capabilities", [["gpu"]]))
        yield Call("DeviceRequest", (), options)


def _mount(volume: Volume) -> Call:
    options: dict[str, Any] = {
        "target": untemplated(volume.mount),
        "source": untemplated(volume.source) if volume.source else None,
        "type": _TYPES[volume.kind],
    }
    options |= {"tmpfs_size": int(volume.size.amount)} if volume.size else {}
    options |= {"read_only": True} if volume.read_only else {}
    return Call("Mount", (), tuple(options.items()))


def _bytes(amount: int) -> str | int:
    """Return an amount in the largest of Docker's units that holds it in whole numbers."""
    for unit, size in (("g", 2**30), ("m", 2**20), ("k", 2**10)):
        if amount % size == 0:
            return f"{amount // size}{unit}"
    return amount


def _container(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "image", rendering_of(arguments["image"])
    if prefix := tuple(arguments["entrypoint"][:-3]):
        yield "command_prefix", prefix
    if environment := arguments.get("environment"):
        yield "env", {name: rendering_of(value) for name, value in environment.items()}


def _mounts(volumes: Sequence[Volume], arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the volumes by kind: those of the plan that are mounted as it says, and others."""
    own = {repr(_mount(volume)): volume for volume in volumes}
    mounts = [own.get(repr(mount), mount) for mount in arguments.get("mounts") or ()]
    for kind, name in _TYPES.items():
        of_kind = [m for m in mounts if isinstance(m, Volume) and m.kind == kind]
        others = [m for m in mounts if isinstance(m, Call) and dict(m.kwargs).get("type") == name]
        if of_kind or others:
            yield f"volumes.{kind}", {v.mount: v for v in of_kind} | {repr(m): m for m in others}


def _compute(task: Task, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    cpu, memory = task.settings.cpu, task.settings.memory
    if cpu or arguments.get("cpus", 1.0) != 1.0:
        cpus = arguments.get("cpus")
        yield "resources.cpu", cpu.text if cpu and cpus == float(cpu.amount) else cpus
    if limit := arguments.get("mem_limit"):
        is_alike = memory and limit == _bytes(int(memory.amount))
        yield "resources.memory", memory.text if memory and is_alike else limit
    for request in arguments.get("device_requests") or ():
        yield "resources.gpu", dict(request.kwargs)["count"]
        if task.settings.gpu_type:
            yield "resources.gpu_type", GPU
