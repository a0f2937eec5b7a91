"""Whether the files of a plan stand where all tasks, and whoever comes later, can see them.

It is asked of tasks that share no disk with others: where the target declares no `local_files` for
them. Tasks on the worker share its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from shipway.errors import Finding, PlanError
from shipway.locations import with_defaults
from shipway.planner.plan import LocalFile, Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Exporter, MountsVolumes, capabilities_of_task

_REMEDY = (
    "Give it a URL in the catalog (s3://…), put it under a volume that all its tasks mount "
    "(`volumes`), or let its nodes share a task."
)
_STAYS = frozenset({"claim", "host_path"})
"""The volumes that a file outlives its task on. A folder of a machine does where Docker has one
machine; a target whose tasks run on several does not declare it."""

Disk = tuple[str, str]
"""Where a file stands: whose disk, and the path there."""


def check_files(plan: Plan, exporter: Exporter) -> None:
    """Check that no file is lost with the place where the task ran that has written it.

    Raises:
        PlanError: one is; one finding for each.
        UnsupportedError: nobody knows where the project stands.
    """
    mounts = {task.name: _volumes(plan, task, exporter) for task in plan.tasks}
    files = list(_files(plan))
    if not files or not any(volumes is not None for volumes in mounts.values()):
        return
    root = PurePosixPath(_folder(plan, exporter))
    worker = PurePosixPath(plan.run.project_dir or ".")
    findings = []
    for file in files:
        path = path_of(file, root)
        disks = {task: _disk(path, mounts[task], path_of(file, worker)) for task in file.tasks}
        if None in disks.values() or len(set(disks.values())) > 1:
            on_worker = [task for task in file.tasks if mounts[task] is None]
            findings.append(_finding(file, path, _why(disks, on_worker, exporter.title)))
    if findings:
        raise PlanError(*findings)


def path_of(file: LocalFile, root: PurePosixPath) -> PurePosixPath:
    """Return the absolute path of a file of a project that stands in the folder `root`."""
    # As text: the folder is one in an image, not on this machine, so no link can be followed.
    return PurePosixPath(normpath(root / with_defaults(file.location)))


def _files(plan: Plan) -> Iterator[LocalFile]:
    yield from plan.files
    store = plan.run.store
    # A store without a scheme is a folder (fsspec, `url_to_fs`), and like any local file.
    if plan.stored and store and "://" not in store:
        yield LocalFile(
            dataset="store", location=store, tasks=tuple(sorted(plan.stored)), crosses=True
        )


def _folder(plan: Plan, exporter: Exporter) -> str:
    """Return where relative paths start; without one, no volume holds them."""
    if isinstance(exporter, MountsVolumes):
        return exporter.project_dir(plan)
    return plan.run.project_dir or "."


def _volumes(plan: Plan, task: Task, exporter: Exporter) -> Sequence[Volume] | None:
    """Return what a task mounts; `None` where it shares the disk of the worker."""
    support = capabilities_of_task(exporter, plan.options, task.settings)
    if support["local_files"].level != "unsupported":
        return None
    if isinstance(exporter, MountsVolumes):
        return exporter.volumes(plan, task)
    return task.settings.volumes


def _disk(
    path: PurePosixPath, volumes: Sequence[Volume] | None, on_worker: PurePosixPath
) -> Disk | None:
    """Return where a task has a file; `None` where that ends with the task.

    Args:
        path: as a container has it.
        on_worker: as a worker has it; relative where only a worker knows the root.
    """
    if volumes is None:
        return ("the machine" if on_worker.is_absolute() else "the worker", str(on_worker))
    volume = _innermost(path, volumes)
    if volume is None or volume.kind not in _STAYS:
        return None
    rest = path.relative_to(volume.mount)
    if volume.kind == "host_path":
        return ("the machine", normpath(PurePosixPath(volume.source) / rest))
    return (f"the claim {volume.source}", str(rest))


def _finding(file: LocalFile, path: PurePosixPath, why: str) -> Finding:
    end = "not reach the next task" if file.crosses else "end with its container"
    return Finding(
        what=f"The local file of `{file.dataset}`, {path}, would {end}: {why}.",
        where=f"catalog entry `{file.dataset}`",
        remedy=_REMEDY,
    )


def _why(disks: Mapping[str, Disk | None], on_worker: Sequence[str], title: str) -> str:
    elsewhere = [task for task in disks if task not in on_worker]
    bare = [task for task, disk in disks.items() if disk is None]
    if on_worker:
        return (
            f"{_some(on_worker)} has it on the worker, and {_some(elsewhere)} in a container; of a "
            "worker whose `project_dir` is absolute, a `host_path` of Docker's is the same folder"
        )
    reason = (
        f"no volume of {_some(bare)} holds it"
        if bare
        else f"{_some(elsewhere)} mount different volumes"
    )
    return f"{reason}, and tasks share no disk on {title}"


def _some(tasks: Sequence[str]) -> str:
    # Five are enough to see which kind of task it is.
    return ", ".join(f"`{task}`" for task in tasks[:5])


def _innermost(path: PurePosixPath, volumes: Sequence[Volume]) -> Volume | None:
    """Return the volume under which a path lies, the innermost one."""
    over = [volume for volume in volumes if path.is_relative_to(volume.mount)]
    # All of them begin like the path, so that the longest is the innermost.
    return max(over, key=lambda volume: len(volume.mount), default=None)
