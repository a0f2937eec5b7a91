"""Whether the files of a plan stand where all tasks, and whoever comes later, can see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from shipway.errors import Finding, PlanError
from shipway.locations import with_defaults
from shipway.planner.plan import LocalFile, Plan, Task, Volume
from shipway_exporters.containers.place import project_dir, volumes_of
from shipway_exporters.containers.target import Target

_REMEDY = (
    "Give it a URL in the catalog (s3://…), put it under a volume that all its tasks mount "
    "(`volumes`), or let its nodes share a task."
)


def check_files(plan: Plan, target: Target) -> None:
    """Check that no file ends with the container of the task that has written it.

    Raises:
        PlanError: one does; one finding for each.
        UnsupportedError: the project's folder in the image is no absolute path.
    """
    root = PurePosixPath(project_dir(plan, target))
    findings = [finding for file in _files(plan) if (finding := _finding(plan, file, root))]
    if findings:
        raise PlanError(*findings)


def check_files_of_a_run(plan: Plan, folder: str, mounts: Sequence[str], remedy: str) -> None:
    """Check that no file ends with a run whose tasks share one container, and so its files.

    Args:
        folder: that of the project, in the container.
        mounts: absolute paths at which something is mounted that outlives the container.
        remedy: how to mount something.

    Raises:
        PlanError: one does; one finding for each.
    """
    findings = []
    for file in plan.files:
        path = _path(file, PurePosixPath(folder))
        if not any(path.is_relative_to(mount) for mount in mounts):
            what = f"The local file of `{file.dataset}`, {path}, would end with the container."
            findings.append(Finding(what=what, where=_place(file), remedy=remedy))
    if findings:
        raise PlanError(*findings)


def _files(plan: Plan) -> Iterator[LocalFile]:
    yield from plan.files
    store = plan.run.store
    if plan.stored and store and "://" not in store:
        yield LocalFile(
            dataset="store", location=store, tasks=tuple(sorted(plan.stored)), crosses=True
        )


def _finding(plan: Plan, file: LocalFile, root: PurePosixPath) -> Finding | None:
    path = _path(file, root)
    volumes = {task: _volume(path, plan, plan.task_by_name[task]) for task in file.tasks}
    bare = [task for task, volume in volumes.items() if volume is None]
    if not bare and len(set(volumes.values())) == 1:
        return None
    tasks = ", ".join(f"`{task}`" for task in (bare or file.tasks)[:5])
    end = "not reach the next task" if file.crosses else "end with its container"
    what = f"The local file of `{file.dataset}`, {path}, would {end}: "
    reason = f"no volume of {tasks} holds it." if bare else f"{tasks} mount different volumes."
    return Finding(what=what + reason, where=_place(file), remedy=_REMEDY)


def _path(file: LocalFile, root: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(normpath(root / with_defaults(file.location)))


def _place(file: LocalFile) -> str:
    return f"catalog entry `{file.dataset}`"


def _volume(path: PurePosixPath, plan: Plan, task: Task) -> Volume | None:
    """Return the volume under which a path lies, the innermost one."""
    over = [v for v in volumes_of(plan, task) if path.is_relative_to(v.mount)]
    return max(over, key=lambda volume: len(volume.mount), default=None)
