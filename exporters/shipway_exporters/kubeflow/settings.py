"""What holds for a task: its settings, and those of the target where it has none."""

from __future__ import annotations

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task, Volume


def image_of(plan: Plan, task: Task) -> str:
    """Return the image of a task.

    Raises:
        UnsupportedError: nothing names one.
    """
    image = task.settings.image or plan.options.get("image")
    if image is None:
        raise UnsupportedError(
            Finding(
                what=f"The task `{task.label}` has no image to run in.",
                where="targets.kubeflow.image, which is not set",
                remedy="Set `image` there, or in `defaults` for all targets.",
            )
        )
    return str(image)


def volumes_of(plan: Plan, task: Task) -> tuple[Volume, ...]:
    """Return the volumes that a task mounts."""
    if task.settings.volumes:
        return task.settings.volumes
    return tuple(Volume(**volume) for volume in plan.options.get("volumes", ()))


def project_dir(plan: Plan) -> str:
    """Return the absolute folder in the image that holds the project.

    Raises:
        UnsupportedError: it is not absolute; a container has no root of ours.
    """
    given = str(plan.options.get("project_dir") or plan.run.project_dir or "/app")
    if not given.startswith("/"):
        raise UnsupportedError(
            Finding(
                what=f"The project's folder in the image, `{given}`, is no absolute path.",
                where=plan.run.places.get("project_dir", "project_dir"),
                remedy="Set `project_dir` under targets.kubeflow, such as /app.",
            )
        )
    return given
