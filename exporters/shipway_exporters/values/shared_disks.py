"""Volumes of a platform that each task finds at the same place, with nothing to mount."""

from __future__ import annotations

from pathlib import PurePosixPath

from shipway.planner.plan import Plan
from shipway.settings.values import Volume
from shipway.targets.local_files import files_in, path_of


def volumes_at(plan: Plan, project_dir: str, pattern: PurePosixPath) -> tuple[Volume, ...]:
    """Return the volumes on which local files of a plan stand.

    Args:
        project_dir: where their relative paths start.
        pattern: the form of the volumes' paths; its first part is one for all, and the parts below
            are names (`/gcs/BUCKET`). What stands higher up is on none.
    """
    root, depth = PurePosixPath(*pattern.parts[:2]), len(pattern.parts)
    files = (*files_in(plan), *plan.local_inputs)
    paths = {path_of(file, PurePosixPath(project_dir)) for file in files}
    mounts = {
        PurePosixPath(*path.parts[:depth])
        for path in paths
        if path.is_relative_to(root) and len(path.parts) > depth
    }
    # It is what a claim is elsewhere: files on it outlive their task, and all tasks see the same.
    return tuple(
        Volume(kind="claim", source=str(mount.relative_to(root)), mount=str(mount))
        for mount in sorted(mounts)
    )
