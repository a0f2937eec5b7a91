"""Where a task runs: its image, the project's folder in it, and the volumes that it mounts."""

from __future__ import annotations

from dataclasses import replace

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import Volume
from shipway_exporters.containers.target import Target

FOLDER = "/app"
"""Where the project stands in an image, unless the settings say otherwise."""
PYTHON = "python"
"""The project's Python in an image, likewise: the first on its path."""


def in_containers(plan: Plan) -> Plan:
    """Return a plan of a target that runs only some tasks in containers, as those see it.

    What such a target's options say of containers stands in a section of its own there.
    """
    machine = ("python", "project_dir")
    options = {key: value for key, value in plan.options.items() if key not in machine}
    return replace(plan, options={**options, **plan.options.get("container", {})})


def image_of(plan: Plan, task: Task, target: Target) -> str:
    """Return the image of a task: its own, or that of the target's options.

    Raises:
        UnsupportedError: nothing names one.
    """
    image = task.settings.image or plan.options.get("image")
    if image is None:
        raise UnsupportedError(no_image(f"The task `{task.label}`", target))
    return str(image)


def no_image(what: str, target: Target) -> Finding:
    """Return what to say of something that has no image."""
    return Finding(
        what=f"{what} has no image to run in.",
        where=f"{target.option('image')}, which is not set",
        remedy="Set `image` there, or in `defaults` for all targets.",
    )


def python_of(plan: Plan) -> str:
    """Return the project's Python."""
    return str(plan.options.get("python", PYTHON))


def project_dir(plan: Plan, target: Target) -> str:
    """Return the absolute folder in the image that holds the project.

    Raises:
        UnsupportedError: it is not absolute; in a container, no root is known to start from.
    """
    # The target's own option wins: an image may hold the project elsewhere than a machine does.
    folder = str(plan.options.get("project_dir") or plan.run.project_dir or FOLDER)
    if not folder.startswith("/"):
        raise UnsupportedError(
            Finding(
                what=f"The project's folder in the image, `{folder}`, is no absolute path.",
                where=plan.run.places.get("project_dir", "project_dir"),
                remedy=f"Set `project_dir` under targets.{target.name}, such as {FOLDER}.",
            )
        )
    return folder


def volumes_of(plan: Plan, task: Task) -> tuple[Volume, ...]:
    """Return the volumes that a task mounts: its own, or those of the target's options."""
    if task.settings.volumes:
        return task.settings.volumes
    return tuple(map(to_volume, plan.options.get("volumes", ())))
