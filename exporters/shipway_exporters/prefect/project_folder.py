"""Whether the project's folder can be where the options of the target say that it is."""

from __future__ import annotations

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway_exporters.containers.place import project_dir
from shipway_exporters.prefect.options import TARGET
from shipway_exporters.prefect.process_place import Place


def check_project_folder(plan: Plan) -> None:
    """Check that the project is where a run looks for it.

    Raises:
        UnsupportedError: it is no folder of the repository that `git` clones, or no absolute one of
            an image.
    """
    place = Place(plan)
    if place.is_cloned:
        _check_clone(plan, place)
    elif place.is_container:
        project_dir(plan, TARGET)


def _check_clone(plan: Plan, place: Place) -> None:
    if place.is_absolute or place.project_dir.startswith(".."):
        raise UnsupportedError(
            Finding(
                what=f"`git` clones the project for each run, and {place.project_dir} is no folder "
                "of a repository: tasks would run other code.",
                where=TARGET.option("project_dir")
                if "project_dir" in plan.options
                else plan.run.places.get("project_dir"),
                remedy="Name the project's folder in the repository, such as `.`, as `project_dir` "
                "under targets.prefect; or leave `git` out.",
            )
        )
