"""What to say of a file that a task would lose, or cannot write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from shipway.errors import Finding
from shipway.planner.plan import LocalFile, Plan
from shipway.settings.values import Volume

STORE = ""
"""What stands for the name of a dataset in the file that is a store: none has such a name."""

Disk = tuple[str, str]
"""Where a file stands: whose disk, and the path there."""

_REMEDY = (
    "Give it a URL in the catalog (s3://…), put it under a volume that all its tasks mount "
    "(`volumes`), or let its nodes share a task."
)
_URL_OF_STORE = "Name a URL that all tasks reach (s3://…)."
_OF_STORE = "Name a URL that all tasks reach (s3://…), or a folder of a volume that all mount."


def no_root(file: LocalFile, tasks: Sequence[str]) -> Finding:
    return Finding(
        what=f"Nobody knows where {some(tasks)} will look for {_name(file)}: "
        "the project stands where the worker's variable says.",
        where="project_dir, which is no absolute path",
        remedy="Set `project_dir` to the project's folder in the image, such as /app.",
    )


def read_only(
    file: LocalFile, path: PurePosixPath, task: str, volume: Volume, plan: Plan
) -> Finding:
    """Return what to say of a file that a task would write to a volume that it can only read."""
    return Finding(
        what=f"`{task}` cannot write {_name(file)}, {path}: the volume at "
        f"{volume.mount} is read-only.",
        where=_place(file, plan),
        remedy="Leave `read_only` out, or let the file stand elsewhere.",
    )


def empty(file: LocalFile, path: PurePosixPath, tasks: Sequence[str], volume: Volume) -> Finding:
    """Return what to say of an input on a volume that holds nothing when a task starts."""
    return Finding(
        what=f"{some(tasks)} cannot read {_name(file)}, {path}: the volume at {volume.mount} is "
        "empty when a task starts.",
        where=f"catalog entry `{file.dataset}`",
        remedy="Put the file on a volume that holds it (`claim`), or elsewhere in the image.",
    )


def _place(file: LocalFile, plan: Plan) -> str:
    """Return where it was said that there is such a file."""
    if file.dataset == STORE:
        return plan.run.places.get("store", "store")
    return f"catalog entry `{file.dataset}`"


def lost(
    file: LocalFile, path: PurePosixPath, why: str, plan: Plan, remedy: str | None = None
) -> Finding:
    """Return what to say of a file that no other task, or nobody after its own, would find.

    Args:
        remedy: the target's own, where `volumes` is none.
    """
    end = "not reach the next task" if file.crosses else "end with its task"
    return Finding(
        what=f"{_name(file).capitalize()}, {path}, would {end}: {why}.",
        where=_place(file, plan),
        remedy=_remedy(file, remedy),
    )


def _remedy(file: LocalFile, of_target: str | None) -> str:
    if file.dataset == STORE:
        # A store is in no catalog, of which the target's own remedy speaks.
        return _OF_STORE if of_target is None else _URL_OF_STORE
    return of_target or _REMEDY


def why(disks: Mapping[str, Disk | None], on_worker: Sequence[str], title: str) -> str:
    elsewhere = [task for task in disks if task not in on_worker]
    bare = [task for task, disk in disks.items() if disk is None]
    if on_worker:
        return (
            f"{some(on_worker)} has it on the worker, and {some(elsewhere)} in a container; of a "
            "worker whose `project_dir` is absolute, a `host_path` of Docker's is the same folder"
        )
    reason = (
        f"no volume of {some(bare)} holds it"
        if bare
        else f"{some(elsewhere)} mount different volumes, or claims of different namespaces"
    )
    return f"{reason}, and tasks share no disk on {title}"


def some(tasks: Sequence[str]) -> str:
    # Five are enough to see which kind of task it is.
    return ", ".join(f"`{task}`" for task in tasks[:5])


def _name(file: LocalFile) -> str:
    return f"the local file of `{file.dataset}`" if file.dataset != STORE else "the store"
