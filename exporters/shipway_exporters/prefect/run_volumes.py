"""The volumes of a run's one container: those of all its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume, VolumeKind
from shipway.targets.mounts import hidden_finding, hidden_folder
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.docker_volumes import volume_fault
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.prefect.options import TARGET

KINDS: Mapping[str, Sequence[str]] = {
    "docker": ("claim", "host_path", "empty_dir"),
    "kubernetes": pod_settings.VOLUMES,
}
"""The kinds of volumes by the type of the pool."""
STAYS: frozenset[VolumeKind] = frozenset({"claim", "host_path"})
"""The volumes whose files are still there when the container has ended."""


def volumes_of_a_run(plan: Plan) -> list[Volume]:
    """Return what the container mounts, each once.

    Raises:
        UnsupportedError: two tasks mount something else at the same path.
    """
    by_mount: dict[str, tuple[Volume, Task]] = {}
    for task in plan.tasks:
        for volume in volumes_of(plan, task, TARGET, KINDS.get(_pool(plan), ())):
            other, first = by_mount.setdefault(volume.mount, (volume, task))
            if other != volume:
                raise UnsupportedError(_twice(volume, first, task))
    return [volume for volume, _ in by_mount.values()]


def check_volumes(plan: Plan, project_dir: str | None) -> None:
    """Check that the container can be given its volumes, and that none hides the project.

    Args:
        project_dir: the project's folder in the image; `None` where it is not there.

    Raises:
        UnsupportedError: one cannot, or would; one finding for each.
    """
    volumes = volumes_of_a_run(plan)
    findings = [*_hidden(plan, volumes, PurePosixPath(project_dir))] if project_dir else []
    if _pool(plan) == "docker":
        findings += _not_of_docker(plan, volumes)
    if findings:
        raise UnsupportedError(*findings)


def _pool(plan: Plan) -> str:
    return str(plan.options.get("work_pool", {}).get("type", "process"))


def _hidden(plan: Plan, volumes: Sequence[Volume], root: PurePosixPath) -> Iterator[Finding]:
    """Where a volume is mounted, a container sees nothing of its image.

    What stays may hold the project itself; the others never do.
    """
    for volume in volumes:
        if folder := hidden_folder(volume, root, plan):
            yield hidden_finding(volume, folder, _place(plan, volume))


def _not_of_docker(plan: Plan, volumes: Sequence[Volume]) -> Iterator[Finding]:
    for volume in volumes:
        if fault := volume_fault(volume) or _no_short_form(volume):
            yield Finding(what=fault[0], where=_place(plan, volume), remedy=fault[1])


def _no_short_form(volume: Volume) -> tuple[str, str] | None:
    """Prefect writes volumes as `SOURCE:MOUNT` (`prefect_docker.types`, VolumeStr)."""
    if volume.kind == "empty_dir" or ":" not in volume.mount:
        return None
    return f"Prefect mounts no volume at `{volume.mount}`.", "Choose a path without a colon."


def _twice(volume: Volume, first: Task, second: Task) -> Finding:
    return Finding(
        what="All tasks of a run share its container, but "
        f"`{first.label}` and `{second.label}` mount different volumes at {volume.mount}.",
        where=second.settings.places.get("volumes") or first.settings.places.get("volumes"),
        remedy="Mount one of them elsewhere, or the same one in both.",
    )


def _place(plan: Plan, volume: Volume) -> str:
    tasks = (task for task in plan.tasks if volume in task.settings.volumes)
    places = (task.settings.places.get("volumes") for task in tasks)
    return next((place for place in places if place), TARGET.option("volumes"))
