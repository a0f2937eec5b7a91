"""Local files of a run whose tasks share one container, on a docker or a kubernetes pool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from shipway.errors import Finding, PlanError
from shipway.planner.plan import Plan
from shipway.targets.local_files import path_of
from shipway_exporters.prefect.compute import volumes_of_a_run
from shipway_exporters.prefect.options import TARGET
from shipway_exporters.prefect.process_place import Place

_REMEDY = {
    "docker": "Give it a URL in the catalog (s3://…), or put it under a volume (`volumes`).",
    "kubernetes": (
        "Give it a URL in the catalog (s3://…), or put it under a volume that the pool's job "
        f"template mounts, and name that in {TARGET.option('volumes')}."
    ),
}


def check_files(plan: Plan) -> None:
    """Check that no local file ends with the container; a store may, as all tasks share it.

    Raises:
        PlanError: one does; one finding for each.
    """
    place = Place(plan)
    if not place.is_container:
        return
    # POSIX, whatever this machine has: it is the container's path.
    root, mounts = PurePosixPath(place.project_dir), _mounts(plan, place.pool)
    findings = []
    for file in plan.files:
        path = path_of(file, root)
        if not any(path.is_relative_to(mount) for mount in mounts):
            what = f"The local file of `{file.dataset}`, {path}, would end with the container."
            where = f"catalog entry `{file.dataset}`"
            findings.append(Finding(what=what, where=where, remedy=_REMEDY[place.pool]))
    if findings:
        raise PlanError(*findings)


def _mounts(plan: Plan, pool: str) -> Sequence[str]:
    """Return the paths at which something is mounted that outlives the container."""
    variables = plan.options.get("job_variables", {})
    if pool == "docker" and "volumes" in variables:
        # They have the last word, and are written NAME:/path, with :ro or the like behind.
        return [volume.split(":")[1] for volume in variables["volumes"]]
    return [volume.mount for volume in volumes_of_a_run(plan)]
