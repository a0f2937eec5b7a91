"""Where a run stands: the project's folder and its Python, on a worker or in a container."""

from __future__ import annotations

from posixpath import normpath

from shipway.planner.plan import Plan
from shipway_exporters.containers.place import FOLDER, PYTHON
from shipway_exporters.python_files.process_place import ProcessPlace, root_variable
from shipway_exporters.values.worker_python import python_variable, remedy


class Place:
    """Where the tasks of a plan find the project.

    On a worker of a process pool, paths start from a root that an environment variable holds; in
    a container, the project stands at an absolute path. With `git`, it is in a clone, which a run
    starts in, and only the project's Python is elsewhere.
    """

    def __init__(self, plan: Plan) -> None:
        self.pool = str(plan.options.get("work_pool", {}).get("type", "process"))
        self.is_container = self.pool != "process"
        self.is_cloned = "git" in plan.options
        self.root = root_variable(plan)
        folder = plan.options.get("project_dir") or plan.run.project_dir
        in_image = self.is_container and not self.is_cloned
        self.project_dir = normpath(str(folder or (FOLDER if in_image else ".")))
        self.process = ProcessPlace(
            root=self.root,
            project_dir=self.project_dir,
            # An image has one Python; a worker may have one for each project.
            python=plan.options.get("python", PYTHON if self.is_container else None),
            variable=python_variable(plan.project),
            remedy=remedy(plan, "prefect", self.root),
            is_cloned=self.is_cloned,
        )
        self.is_absolute = self.process.is_absolute
