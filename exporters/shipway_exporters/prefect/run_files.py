"""Local files of a run whose tasks share one container, on a docker or a kubernetes pool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

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


def check_files(plan: Plan) -> None:
    """Check that no local file ends with the container; a store may, as all tasks share it.

    Raises:
        PlanError: one does; one finding for each.
        UnsupportedError: the container cannot be given its volumes.
    """
    place = Place(plan)
    if not place.is_container:
        return
    check_volumes(plan, place.project_dir)
    # POSIX, whatever this machine has: it is the container's path.
    root, volumes = PurePosixPath(place.project_dir), _volumes(plan, place.pool)
    findings = []
    for file in files_in(plan):
        path = path_of(file, root)
        volume = innermost(path, volumes)
        if volume and not is_writable(volume):
            findings.append(words.read_only(file, path, file.writers[0], volume, plan))
        elif file.dataset != words.STORE and (volume is None or volume.kind not in STAYS):
            what = f"The local file of `{file.dataset}`, {path}, would end with the container."
            where = f"catalog entry `{file.dataset}`"
            findings.append(Finding(what=what, where=where, remedy=_REMEDY))
    if findings:
        raise PlanError(*findings)


def _volumes(plan: Plan, pool: str) -> Sequence[Volume]:
    """Return what is mounted; where the target's `job_variables` say it, they have the last word.

    They hold a volume of Docker as NAME:/path, with :ro or :rw behind. What such variables mount
    into a pod is anybody's guess: it counts as something that stays.
    """
    variables = plan.options.get("job_variables", {})
    if pool == "docker" and "volumes" in variables:
        mounts = [text.split(":")[1] for text in variables["volumes"]]
    elif pool == "kubernetes" and "volume_mounts" in variables:
        mounts = [str(item.get("mountPath", "")) for item in variables["volume_mounts"]]
    else:
        return volumes_of_a_run(plan)
    return [Volume(kind="claim", mount=mount) for mount in mounts]
