"""Where a task runs: its image, the project's folder in it, and the volumes that it mounts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import VOLUME_KINDS, Volume
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


def last_of_store(plan: Plan) -> Task:
    """Return the last task that uses the store, of a plan that has one."""
    return [task for task in plan.tasks if task.name in plan.stored][-1]


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
                remedy=f"Set `{target.container_option('project_dir')}`, such as {FOLDER}.",
            )
        )
    return folder


def volumes_of(
    plan: Plan, task: Task, target: Target, kinds: Collection[str] = VOLUME_KINDS
) -> tuple[Volume, ...]:
    """Return the volumes that a task mounts: its own, or those of the target's options.

    Args:
        kinds: those that can be mounted where it runs; of its own, the loss of others was accepted.

    Raises:
        UnsupportedError: the options of the target name one that cannot.
    """
    if task.settings.has_own_volumes:
        return tuple(volume for volume in task.settings.volumes if volume.kind in kinds)
    volumes = tuple(map(to_volume, plan.options.get("volumes", ())))
    others = [volume for volume in volumes if volume.kind not in kinds]
    if others:
        raise UnsupportedError(*(_not_mounted(volume, task, target) for volume in others))
    return volumes


def _not_mounted(volume: Volume, task: Task, target: Target) -> Finding:
    return Finding(
        what=f"The task `{task.label}` cannot mount the {volume.kind.replace('_', ' ')} at "
        f"{volume.mount} where it runs.",
        where=target.option("volumes"),
        remedy="Name under `volumes` there what all tasks in containers can mount, and others in "
        "the settings of the tasks.",
    )
