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
_WORKER = Volume(kind="host_path", source="/", mount="/")
"""The disk of the worker, for tasks that share it."""
_STAYS = frozenset({"claim", "host_path"})
"""The volumes that a file outlives its task on. A folder of a machine does where Docker has one
machine; a target whose tasks run on several does not declare it."""


def check_files(plan: Plan, exporter: Exporter) -> None:
    """Check that no file is lost with the place where the task ran that has written it.

    Raises:
        PlanError: one is; one finding for each.
        UnsupportedError: nobody knows where the project stands.
    """
    mounts = {task.name: _volumes(plan, task, exporter) for task in plan.tasks}
    files = list(_files(plan))
    if not files or all(volumes == [_WORKER] for volumes in mounts.values()):
        return
    root = PurePosixPath(_folder(plan, exporter))
    findings = [finding for file in files if (finding := _finding(file, root, mounts, exporter))]
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


def _volumes(plan: Plan, task: Task, exporter: Exporter) -> Sequence[Volume]:
    support = capabilities_of_task(exporter, plan.options, task.settings)
    if support["local_files"].level != "unsupported":
        return [_WORKER]
    if isinstance(exporter, MountsVolumes):
        return exporter.volumes(plan, task)
    return task.settings.volumes


def _finding(
    file: LocalFile, root: PurePosixPath, mounts: dict[str, Sequence[Volume]], exporter: Exporter
) -> Finding | None:
    path = path_of(file, root)
    volumes = {task: _innermost(path, mounts[task]) for task in file.tasks}
    # Two volumes may be mounted at one path, and then hold different files.
    if None not in volumes.values() and len(set(volumes.values())) == 1:
        return None
    end = "not reach the next task" if file.crosses else "end with its container"
    return Finding(
        what=f"The local file of `{file.dataset}`, {path}, would {end}: "
        f"{_why(volumes, exporter.title)}.",
        where=f"catalog entry `{file.dataset}`",
        remedy=_REMEDY,
    )


def _why(volumes: Mapping[str, Volume | None], title: str) -> str:
    on_worker = [task for task, volume in volumes.items() if volume == _WORKER]
    elsewhere = [task for task, volume in volumes.items() if volume != _WORKER]
    bare = [task for task, volume in volumes.items() if volume is None]
    if on_worker:
        return f"{_some(on_worker)} run on the worker, and {_some(elsewhere)} in containers"
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
    innermost = max(over, key=lambda volume: len(volume.mount), default=None)
    return innermost if innermost and innermost.kind in _STAYS else None
