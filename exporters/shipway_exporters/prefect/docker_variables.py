"""What the tasks' settings come to for a docker pool.

Its own job template has all of it: what no variable names goes to docker-py as it is, in
`container_create_kwargs` (`prefect_docker.worker`, `_build_container_settings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.planner.plan import Plan
from shipway.settings.values import Volume
from shipway_exporters.containers.docker_devices import check_devices
from shipway_exporters.prefect.compute import cores, devices, memory
from shipway_exporters.prefect.run_volumes import volumes_of_a_run

_LEAST = 10**7
"""A hundredth of a core in billionths: Docker takes no smaller limit (`--cpus`)."""


def docker_variables(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield the job variables of a docker pool that the tasks' settings ask for.

    Raises:
        UnsupportedError: two tasks mount something else at the same path, or one asks for devices
            that Docker does not have.
    """
    check_devices(plan.tasks)
    volumes = volumes_of_a_run(plan)
    if most := memory(plan)[1]:
        yield "mem_limit", f"{most}m"
    if names := [_volume(volume) for volume in volumes if volume.kind != "empty_dir"]:
        yield "volumes", names
    if arguments := dict(_arguments(plan, volumes)):
        yield "container_create_kwargs", arguments


def _arguments(plan: Plan, volumes: list[Volume]) -> Iterator[tuple[str, Any]]:
    """Yield arguments of docker-py (`docker.models.containers`, ContainerCollection.run)."""
    (request, most), (reserve, limit) = cores(plan), memory(plan)
    if most:
        yield "nano_cpus", max(round(most * 10**9), _LEAST)
    # What Docker has instead of a request, where that is not the limit as well.
    if request and request != most:
        yield "cpu_shares", max(round(request * 1024), 2)
    if reserve and reserve != limit:
        yield "mem_reservation", f"{reserve}m"
    if number := devices(plan):
        yield "device_requests", [{"count": number, "capabilities": [["gpu"]]}]
    if mounts := [_directory(volume) for volume in volumes if volume.kind == "empty_dir"]:
        yield "mounts", mounts


def _volume(volume: Volume) -> str:
    return f"{volume.source}:{volume.mount}" + (":ro" if volume.read_only else "")


def _directory(volume: Volume) -> dict[str, Any]:
    """Return a mount as Docker's API has it (`ContainerCreate`, Mount)."""
    mount: dict[str, Any] = {"Type": "tmpfs", "Target": volume.mount}
    mount |= {"TmpfsOptions": {"SizeBytes": int(volume.size.amount)}} if volume.size else {}
    return mount | ({"ReadOnly": True} if volume.read_only else {})
