"""A first section of the settings of a target whose tasks are all pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.starter.comments import comment, listing
from shipway.targets.local_files import path_of
from shipway_exporters.containers.place import FOLDER
from shipway_exporters.containers.target import Target

_IMAGE = """\
  {target}:
    image: {name}:latest  # holds the project, its packages and Shipway; name yours
    project_dir: {folder}  # where the project stands in it
"""
_VOLUMES = """\
    # {claims}
{inputs}    volumes:
"""
SHARED_CLAIMS = "All tasks see the local files by these claims, which must be ReadWriteMany."
_BARE = """\
    # A local file stands in the project's own folder, which no volume can stand over: move it into
    # a folder below, in the catalog.
"""


def starter(
    project: Project, plans: Sequence[Plan], target: Target, claims: str = SHARED_CLAIMS
) -> str:
    """Return the section; see `shipway.targets.exporter.StartsSettings`.

    Args:
        claims: a sentence on the claims that hold local files.
    """
    name = project.name.strip("_").replace("_", "-") or "project"
    mounts = _mounts(plans)
    bare = FOLDER in mounts
    pairs = _claims(name, [mount for mount in mounts if mount != FOLDER])
    volumes = "".join(f"      - {{claim: {c}, mount: {m}}}\n" for c, m in pairs)
    text = _IMAGE.format(target=target.name, name=name, folder=FOLDER) + (_BARE if bare else "")
    head = _VOLUMES.format(claims=claims, inputs=_inputs(plans, mounts))
    return text + (head + volumes if volumes else "")


def _inputs(plans: Sequence[Plan], mounts: Sequence[str]) -> str:
    """Return what the claims must hold, as comments; they hide what the image has there."""
    files = [(f, path_of(f, PurePosixPath(FOLDER))) for p in plans for f in p.local_inputs]
    hidden = {f.location for f, path in files if any(path.is_relative_to(m) for m in mounts)}
    # What another pipeline writes, comes with its first run.
    hidden -= {file.location for plan in plans for file in plan.files}
    if not hidden:
        return ""
    names = listing(sorted(hidden))
    return comment(f"Copy the inputs there first, since the image's own are hidden: {names}.", 4)


def _claims(name: str, mounts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, mount in enumerate(mounts, start=1):
        yield f"{name}-data" + (f"-{number}" if len(mounts) > 1 else ""), mount


def _mounts(plans: Sequence[Plan]) -> list[str]:
    """Return the folders to mount: below the project's own, the first one; else the file's."""
    paths = {path_of(file, PurePosixPath(FOLDER)) for plan in plans for file in plan.files}
    folders = sorted({_folder(path) for path in paths}, key=lambda path: path.parts)
    outer: list[PurePosixPath] = []
    for folder in folders:
        if not any(folder.is_relative_to(other) for other in outer):
            outer.append(folder)
    return [str(folder) for folder in outer]


def _folder(path: PurePosixPath) -> PurePosixPath:
    root = PurePosixPath(FOLDER)
    if path.is_relative_to(root) and len(path.relative_to(root).parts) > 1:
        return root / path.relative_to(root).parts[0]
    return path.parent
