"""Devices of Docker's containers, which it asks NVIDIA's own runtime for.

Source: Docker, "Runtime options with Memory, CPUs, and GPUs": `--gpus`, `DeviceRequest` of the API.
"""

from __future__ import annotations

from collections.abc import Iterable

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Task
from shipway_exporters.containers.resources import GPU


def check_devices(tasks: Iterable[Task]) -> None:
    """Check that tasks which get devices from Docker ask for those that it has.

    Raises:
        UnsupportedError: a task asks for another kind; one finding for each and its place.
    """
    findings = {
        Finding(
            what=f"Docker gives devices of NVIDIA (`{GPU}`), and no `{task.settings.gpu_type}`.",
            where=task.settings.places.get("resources.gpu_type"),
            remedy="Let the task run on Kubernetes, or leave `resources.gpu` out.",
        ): None
        for task in tasks
        if task.settings.gpu and task.settings.gpu_type not in (None, GPU)
    }
    if findings:
        raise UnsupportedError(*findings)
