"""Whether the files of a plan stand where all tasks, and whoever comes later, can see them.

It is asked of tasks that share no disk with others: where the target declares no `local_files` for
them. Tasks on the worker share its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath

from shipway.errors import Finding, PlanError
from shipway.locations import kind_of, normal, with_defaults
from shipway.planner.plan import LocalFile, Plan, Task
from shipway.settings.values import VOLUME_KINDS, Volume
from shipway.targets import file_findings as words
from shipway.targets.exporter import (
    Exporter,
    MountsVolumes,
    capabilities_of,
    capabilities_of_task,
)

_STAYS = frozenset({"claim", "host_path"})
"""The volumes that a file outlives its task on. A folder of a machine does where Docker has one
machine; a target whose tasks run on several does not declare it."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """How a task sees files.

    Args:
        root: where relative paths start; relative where nobody knows it before the task runs.
        volumes: what it mounts; `None` where it shares the disk of the worker.
        is_on_docker: whether its claims are volumes of Docker.
        namespace: that of its claims on Kubernetes; `None` for the deployment's own.
    """

    root: PurePosixPath
    volumes: Sequence[Volume] | None
    is_on_docker: bool
    namespace: str | None = None

    @property
    def mounts(self) -> Sequence[Volume]:
        """What it mounts, if anything."""
        return self.volumes or ()


def check_files(plan: Plan, exporter: Exporter) -> None:
    """Check that no file is lost with the place where the task ran that has written it.

    Raises:
        PlanError: one is, or cannot be written; one finding for each.
        UnsupportedError: nobody knows where the project stands.
    """
    files = list(files_in(plan))
    sights = {task.name: sight_of(plan, task, exporter) for task in plan.tasks} if files else {}
    findings = list(empty_inputs(plan, exporter))
    if any(sight.volumes is not None for sight in sights.values()):
        remedy = _remedy(plan, exporter)
        faults = (_fault(file, sights, exporter.title, plan, remedy) for file in files)
        findings[:0] = [fault for fault in faults if fault]
    if findings:
        raise PlanError(*findings)


def empty_inputs(plan: Plan, exporter: Exporter) -> Iterator[Finding]:
    """Yield a finding for each input that tasks look for on a volume that is empty."""
    tasks = [task for task in plan.tasks if _mounts_empty(plan, task, exporter)]
    sights = {task.name: sight_of(plan, task, exporter) for task in tasks}
    for file in plan.local_inputs:
        places = {name: place_in(file, sights[name]) for name in file.tasks if name in sights}
        on_empty = {
            name: (path, volume)
            for name, (path, volume) in places.items()
            if volume and volume.kind == "empty_dir"
        }
        for path, volume in list(on_empty.values())[:1]:
            yield words.empty(file, path, list(on_empty), volume)


def _mounts_empty(plan: Plan, task: Task, exporter: Exporter) -> bool:
    # What stands before the project's Python may fetch files first.
    if task.settings.command_prefix or not plan.local_inputs:
        return False
    return any(volume.kind == "empty_dir" for volume in volumes_of(plan, task, exporter) or ())


def sight_of(plan: Plan, task: Task, exporter: Exporter) -> Sight:
    """Return how a task sees files.

    Raises:
        UnsupportedError: nobody knows where the project stands in its container.
    """
    volumes = volumes_of(plan, task, exporter)
    if volumes is None or not isinstance(exporter, MountsVolumes):
        root = plan.run.project_dir or "."
    else:
        root = exporter.project_dir(plan, task)
    support = capabilities_of_task(exporter, plan.options, task.settings)
    has = {name for name, how in support.items() if how.level != "unsupported"}
    return Sight(
        root=PurePosixPath(root),
        volumes=volumes,
        is_on_docker=volumes is not None and "run_on.docker" in has,
        namespace=task.settings.namespace if "kubernetes.namespace" in has else None,
    )


def volumes_of(plan: Plan, task: Task, exporter: Exporter) -> Sequence[Volume] | None:
    """Return what a task mounts; `None` where it shares the disk of the worker."""
    support = capabilities_of_task(exporter, plan.options, task.settings)
    if support["local_files"].level != "unsupported":
        return None
    if isinstance(exporter, MountsVolumes):
        return exporter.volumes(plan, task)
    return task.settings.volumes


def _remedy(plan: Plan, exporter: Exporter) -> str | None:
    """Return the target's own remedy, where tasks mount nothing that the settings name."""
    support = capabilities_of(exporter, plan.options)
    mounts = any(support[f"volumes.{kind}"].level != "unsupported" for kind in VOLUME_KINDS)
    return None if mounts else support["local_files"].how


def _fault(
    file: LocalFile, sights: Mapping[str, Sight], title: str, plan: Plan, remedy: str | None
) -> Finding | None:
    disks = {task: disk_of(file, sights[task]) for task in file.tasks}
    in_container = [task for task in file.tasks if sights[task].volumes is not None]
    # Without a volume it is lost wherever it stands.
    mounting = [task for task in in_container if sights[task].volumes]
    rootless = [task for task in mounting if not path_of(file, sights[task].root).is_absolute()]
    if rootless:
        return words.no_root(file, rootless)
    if None in disks.values() or len(set(disks.values())) > 1:
        path = path_of(file, sights[(in_container or file.tasks)[0]].root)
        why = words.why(disks, [t for t in file.tasks if t not in in_container], title)
        return words.lost(file, path, why, plan, remedy)
    return _read_only(file, sights, plan)


def _read_only(file: LocalFile, sights: Mapping[str, Sight], plan: Plan) -> Finding | None:
    for task in file.writers:
        path, volume = place_in(file, sights[task])
        if volume and not is_writable(volume):
            return words.read_only(file, path, task, volume, plan)
    return None


def place_in(file: LocalFile, sight: Sight) -> tuple[PurePosixPath, Volume | None]:
    """Return the path of a file for a task, and the volume that it stands on."""
    path = path_of(file, sight.root)
    return path, innermost(path, sight.mounts)


def path_of(file: LocalFile, root: PurePosixPath) -> PurePosixPath:
    """Return the absolute path of a file of a project that stands in the folder `root`."""
    # As text: the folder is one in an image, not on this machine, so no link can be followed.
    return PurePosixPath(normpath(root / with_defaults(file.location)))


def files_in(plan: Plan) -> Iterator[LocalFile]:
    """Yield the local files of a plan; a store is one, where it is a folder."""
    yield from plan.files
    store = plan.run.store
    if plan.stored and store and kind_of(store) == "local":
        tasks = tuple(sorted(plan.stored))
        yield LocalFile(
            dataset=words.STORE, location=normal(store), tasks=tasks, writers=tasks, crosses=True
        )


def disk_of(file: LocalFile, sight: Sight) -> words.Disk | None:
    """Return where a task has a file; `None` where that ends with the task."""
    path = path_of(file, sight.root)
    if sight.volumes is None:
        return ("the machine" if path.is_absolute() else "the worker", str(path))
    volume = innermost(path, sight.volumes)
    if volume is None or volume.kind not in _STAYS:
        return None
    rest = path.relative_to(volume.mount)
    if volume.kind == "host_path":
        return ("the machine", normpath(PurePosixPath(volume.source) / rest))
    whose = "Docker's volume" if sight.is_on_docker else "the claim"
    # A pod mounts claims of its own namespace alone (Kubernetes, Persistent Volumes).
    of = f" of {sight.namespace}" if sight.namespace else ""
    return (f"{whose} {volume.source}{of}", str(rest))


def innermost(path: PurePosixPath, volumes: Sequence[Volume]) -> Volume | None:
    """Return the volume under which a path lies; of several, the innermost one."""
    over = [volume for volume in volumes if path.is_relative_to(volume.mount)]
    # All of them begin like the path, so that the longest is the innermost.
    return max(over, key=lambda volume: len(volume.mount), default=None)


def is_writable(volume: Volume) -> bool:
    """Tell whether a task can write to a volume."""
    # Kubernetes mounts the two for reading alone, whatever is said (Kubernetes, ConfigMap, Secret).
    return not volume.read_only and volume.kind not in ("config_map", "secret")
