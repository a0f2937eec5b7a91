"""Whether a volume would hide the project's own code from a task."""

from __future__ import annotations

from collections.abc import Iterator
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
    findings = {
        (place := _place(task, exporter), volume.mount): hidden_finding(volume, folder, place)
        for task in plan.tasks
        # Tasks on the worker itself mount nothing.
        if _is_in_container(plan, task, exporter)
        for root, volume in _mounts(plan, task, exporter)
        if (folder := hidden_folder(volume, root, plan))
    }
    if findings:
        raise UnsupportedError(*findings.values())


def _mounts(
    plan: Plan, task: Task, exporter: MountsVolumes
) -> Iterator[tuple[PurePosixPath, Volume]]:
    # A folder that is not absolute is refused, which nobody need know who mounts nothing.
    for volume in exporter.volumes(plan, task):
        yield PurePosixPath(exporter.project_dir(plan, task)), volume


def hidden_folder(volume: Volume, root: PurePosixPath, plan: Plan) -> PurePosixPath | None:
    """Return the folder of the project of which a volume leaves nothing to see, if there is one.

    A claim or a folder of the machine may hold the project itself, as in development.
    """
    if volume.kind in ("claim", "host_path"):
        return None
    # Where `kedro new` puts the code; a packaged project has none there, nor anything to hide.
    folders = (root, root / "src" / plan.project, root / (plan.conf_source or "conf"))
    return next((folder for folder in folders if folder.is_relative_to(volume.mount)), None)


def hidden_finding(volume: Volume, folder: PurePosixPath, where: str) -> Finding:
    """Return what to say of it."""
    return Finding(
        what=f"The volume at {volume.mount} would hide {folder}, a folder of the project.",
        where=where,
        remedy="Mount it elsewhere, or set `project_dir` where the project stands elsewhere in the "
        "image.",
    )


def _is_in_container(plan: Plan, task: Task, exporter: Exporter) -> bool:
    support = capabilities_of_task(exporter, plan.options, task.settings)
    return support["local_files"].level == "unsupported"


def _place(task: Task, exporter: Exporter) -> str:
    return task.settings.places.get("volumes", f"`volumes` under targets.{exporter.name}")
