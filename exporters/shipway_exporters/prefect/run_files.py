"""Local files of a run that end with it: with its container, or with its clone of a repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from shipway.errors import Finding, PlanError
from shipway.planner.plan import Plan
from shipway.settings.values import Volume
from shipway.targets import file_findings as words
from shipway.targets.local_files import files_in, innermost, is_writable, path_of
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.run_volumes import (
    STAYS,
    check_volumes,
    volumes_of_a_run,
)

_REMEDY = "Give it a URL in the catalog (s3://…), or put it under a volume that stays (`volumes`)."

_REMEDY_ON_WORKER = "Give it a URL in the catalog (s3://…), or an absolute path on the worker."


def check_files(plan: Plan) -> None:
    """Check that no local file ends with the run; a store may, as all tasks share it.

    Raises:
        PlanError: one does; one finding for each.
        UnsupportedError: the container cannot be given its volumes.
    """
    place = Place(plan)
    if place.is_container:
        check_volumes(plan, None if place.is_cloned else place.project_dir)
    # POSIX, whatever this machine has: it is the container's path, or the worker's.
    root, volumes = PurePosixPath(place.project_dir), _volumes(plan, place.pool)
    findings = []
    for file in files_in(plan):
        path = path_of(file, root)
        volume = innermost(path, volumes) if place.is_container else None
        if volume and not is_writable(volume):
            findings.append(words.read_only(file, path, file.writers[0], volume, plan))
        elif file.dataset != words.STORE and (end := _end(path, plan, place, volume)):
            what = f"The local file of `{file.dataset}`, {path}, would end with the {end}."
            where = f"catalog entry `{file.dataset}`"
            remedy = _REMEDY if place.is_container else _REMEDY_ON_WORKER
            findings.append(Finding(what=what, where=where, remedy=remedy))
    if findings:
        raise PlanError(*findings)


def _end(path: PurePosixPath, plan: Plan, place: Place, volume: Volume | None) -> str | None:
    """Return with what a file ends; `None` where it stays."""
    if place.is_cloned and not path.is_absolute():
        # A folder of a run's own, which is removed with it (`prefect.workers.process`), unless
        # the pool is told of one.
        is_kept = "working_dir" in plan.options.get("job_variables", {})
        return None if is_kept else "clone"
    if not place.is_container:
        return None
    return "container" if volume is None or volume.kind not in STAYS else None


def _volumes(plan: Plan, pool: str) -> Sequence[Volume]:
    """Return what is mounted; where the target's `job_variables` say it, they have the last word.

    What such variables mount into a pod is anybody's guess: it counts as something that stays.
    """
    variables = plan.options.get("job_variables", {})
    if pool == "docker" and "volumes" in variables:
        return [_of_docker(text) for text in variables["volumes"]]
    if pool == "kubernetes" and "volume_mounts" in variables:
        return [_of_pod(item) for item in variables["volume_mounts"]]
    return volumes_of_a_run(plan)


def _of_docker(text: str) -> Volume:
    """Read NAME:/path, with `:ro` or `:rw` behind (`prefect_docker.types`, VolumeStr)."""
    _, mount, *mode = text.split(":")
    return Volume(kind="claim", mount=mount, read_only=mode == ["ro"])


def _of_pod(item: Mapping[str, Any]) -> Volume:
    is_read_only = item.get("readOnly") is True
    return Volume(kind="claim", mount=str(item.get("mountPath", "")), read_only=is_read_only)
