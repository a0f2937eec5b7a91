"""The images that tasks run in."""

from __future__ import annotations

from collections.abc import Iterator

from shipway import __version__
from shipway.doctor.result import Result, note
from shipway.doctor.subject import TargetSubject
from shipway.targets.exporter import capabilities_of_task


def check_image(subject: TargetSubject) -> Iterator[Result]:
    """Say what each image must hold, and which of them may change under its name."""
    images = dict.fromkeys(_images(subject))
    for image in images:
        what = f"It must hold the project, its packages and Shipway {__version__}."
        yield note("image", what, image)
        if _is_moving(image):
            what = "Its name has no version, so that each task may find another one."
            yield note("image", what, image, "Name a tag other than `latest`, or a digest.")


def _images(subject: TargetSubject) -> Iterator[str]:
    for plan in subject.plans:
        for task in plan.tasks:
            support = capabilities_of_task(subject.exporter, plan.options, task.settings)
            image = task.settings.image or plan.options.get("image")
            if image and support["image"].level != "unsupported":
                yield str(image)


def _is_moving(image: str) -> bool:
    name = image.rpartition("/")[2]
    return "@" not in name and (":" not in name or name.endswith(":latest"))
