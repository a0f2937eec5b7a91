"""Where a run stands: the project's folder and its Python, on a worker or in a container."""

from __future__ import annotations

from typing import Any

from shipway.literals import string
from shipway.planner.plan import Plan
from shipway_exporters.containers.place import FOLDER, PYTHON


class Place:
    """Where the tasks of a plan find the project.

    On a worker of a process pool, paths start from a root that an environment variable holds; in
    a container, the project stands at an absolute path.
    """

    def __init__(self, plan: Plan) -> None:
        self.pool = str(plan.options.get("work_pool", {}).get("type", "process"))
        self.is_container = self.pool != "process"
        self.root = str(plan.options.get("root", {}).get("env", f"{plan.project.upper()}_ROOT"))
        given = plan.options.get("project_dir") or plan.run.project_dir
        self.project_dir = str(given or (FOLDER if self.is_container else "."))
        default = PYTHON if self.is_container else ".venv/bin/python"
        self.python = str(plan.options.get("python", default))

    @property
    def is_on_path(self) -> bool:
        """Whether the project's Python is a name, to be looked up where the run stands."""
        return "/" not in self.python

    def context(self) -> dict[str, Any]:
        has_root = not (self.is_on_path and self.project_dir.startswith("/"))
        return {
            "root": string(self.root) if has_root else None,
            "project_dir": string(self.project_dir),
            "python": string(self.python),
            "is_on_path": self.is_on_path,
        }
