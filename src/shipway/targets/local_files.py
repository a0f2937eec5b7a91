"""Whether the files of a plan stand where all tasks, and whoever comes later, can see them.

It is asked of targets whose tasks share no disk: those that do not declare `local_files`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from shipway.errors import Finding, PlanError
from shipway.locations import with_defaults
from shipway.planner.plan import LocalFile, Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Exporter, MountsVolumes

_REMEDY = (
    "Give it a URL in the catalog (s3://…), put it under a volume that all its tasks mount "
    "(`volumes`), or let its nodes share a task."
)


def check_files(plan: Plan, exporter: Exporter) -> None:
    """Check that no file is lost with the place where the task ran that has written it.

    Raises:
        PlanError: one is; one finding for each.
        UnsupportedError: nobody knows where the project stands.
    """
    files = list(_files(plan))
    if not files:
        return
    root = PurePosixPath(_folder(plan, exporter))
    mounts = {task.name: _volumes(plan, task, exporter) for task in plan.tasks}
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
    if isinstance(exporter, MountsVolumes):
        return exporter.volumes(plan, task)
    return task.settings.volumes


def _finding(
    file: LocalFile, root: PurePosixPath, mounts: dict[str, Sequence[Volume]], exporter: Exporter
) -> Finding | None:
    path = path_of(file, root)
    volumes = {task: _innermost(path, mounts[task]) for task in file.tasks}
    bare = [task for task, volume in volumes.items() if volume is None]
    # Two volumes may be mounted at one path, and then hold different files.
    if not bare and len(set(volumes.values())) == 1:
        return None
    # Five are enough to see which kind of task it is.
    tasks = ", ".join(f"`{task}`" for task in (bare or file.tasks)[:5])
    end = "not reach the next task" if file.crosses else "end with its container"
    what = f"The local file of `{file.dataset}`, {path}, would {end}: "
    reason = f"no volume of {tasks} holds it" if bare else f"{tasks} mount different volumes"
    disk = f", and tasks share no disk on {exporter.title}."
    return Finding(
        what=what + reason + disk, where=f"catalog entry `{file.dataset}`", remedy=_REMEDY
    )


def _innermost(path: PurePosixPath, volumes: Sequence[Volume]) -> Volume | None:
    """Return the volume under which a path lies, the innermost one."""
    over = [volume for volume in volumes if path.is_relative_to(volume.mount)]
    # All of them begin like the path, so that the longest is the innermost.
    return max(over, key=lambda volume: len(volume.mount), default=None)
