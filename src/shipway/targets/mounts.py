"""Whether a volume would hide the project's own code from a task."""

from __future__ import annotations

from pathlib import PurePosixPath

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.exporter import Exporter, MountsVolumes, capabilities_of_task


def check_mounts(plan: Plan, exporter: Exporter) -> None:
    """Check that no task mounts a volume over the folder of the project.

    Where a volume is mounted, a container sees nothing of its image (Kubernetes, Volumes; Docker,
    "Mounting over existing data").

    Raises:
        UnsupportedError: one does; one finding for each place where that was set. Or nobody knows
            where the project stands.
    """
    if not isinstance(exporter, MountsVolumes):
        return
    mounts = [
        (task, volume)
        for task in plan.tasks
        # Tasks on the worker itself mount nothing.
        if _is_in_container(plan, task, exporter)
        for volume in exporter.volumes(plan, task)
    ]
    if not mounts:
        return
    root = PurePosixPath(exporter.project_dir(plan))
    findings = {
        (place := _place(task, exporter), volume.mount): _finding(volume, root, place)
        for task, volume in mounts
        if hides(volume, root)
    }
    if findings:
        raise UnsupportedError(*findings.values())


def hides(volume: Volume, root: PurePosixPath) -> bool:
    """Tell whether a volume leaves nothing of the project to see in its folder.

    A claim or a folder of the machine may hold the project itself, as in development.
    """
    return volume.kind not in ("claim", "host_path") and root.is_relative_to(volume.mount)


def _is_in_container(plan: Plan, task: Task, exporter: Exporter) -> bool:
    support = capabilities_of_task(exporter, plan.options, task.settings)
    return support["local_files"].level == "unsupported"


def _place(task: Task, exporter: Exporter) -> str:
    return task.settings.places.get("volumes", f"`volumes` under targets.{exporter.name}")


def _finding(volume: Volume, root: PurePosixPath, place: str) -> Finding:
    return Finding(
        what=f"The volume at {volume.mount} would hide the project, which stands in {root}.",
        where=place,
        remedy=f"Mount it below that folder, such as at {root / 'data'}, or elsewhere; or set "
        "`project_dir` where the project stands elsewhere in the image.",
    )
