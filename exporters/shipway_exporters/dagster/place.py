"""Where steps run: in processes beside their code location, or each in a pod of its own.

A job has one executor, which runs all of its steps in one way: so an option says it, not a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from posixpath import normpath
from typing import Any

from shipway.planner.plan import Plan
from shipway_exporters.containers.place import project_dir, python_of
from shipway_exporters.containers.target import Target
from shipway_exporters.python_files.process_place import ProcessPlace, process_place

TARGET = Target(name="dagster", title="Dagster")


def is_in_pods(options: Mapping[str, Any]) -> bool:
    """Tell whether each step has a pod of its own."""
    return options.get("run_on") == "kubernetes"


def place_of(plan: Plan) -> ProcessPlace:
    """Return where a step's process finds the project.

    Raises:
        UnsupportedError: in an image, the project's folder is no absolute path.
    """
    place = process_place(plan, TARGET.name)
    if not is_in_pods(plan.options):
        return place
    # An image has one Python; a machine may have one for each project.
    folder = normpath(project_dir(plan, TARGET))
    return replace(place, project_dir=folder, python=python_of(plan))
