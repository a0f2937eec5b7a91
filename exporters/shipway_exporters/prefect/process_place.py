"""Where a run stands: the project's folder and its Python, on a worker or in a container."""

from __future__ import annotations

from typing import Any

from shipway.artifacts.python_literals import Call, Code, escaped, literal
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
        folder = plan.options.get("project_dir") or plan.run.project_dir
        self.project_dir = str(folder or (FOLDER if self.is_container else "."))
        # An image has one Python; a worker may have one for each project.
        default = PYTHON if self.is_container else ".venv/bin/python"
        self.python = str(plan.options.get("python", default))

    def context(self) -> dict[str, Any]:
        """Return source: of the root and the folder, where they are used, and of the command."""
        is_absolute = self.project_dir.startswith("/")
        is_root = self.project_dir == "."
        folder = self.project_dir if is_absolute else _below_root(self.project_dir)
        python = _below_root(self.python) if self._is_python_below_root() else self.python
        has_root = self._is_python_below_root() or not is_absolute
        return {
            "root": _constant("ROOT", self._root()) if has_root else None,
            "folder": None if is_root else _constant("FOLDER", folder),
            "cwd": "ROOT" if is_root else "FOLDER",
            "process": _constant("COMMAND", [python, "-m", "shipway.runtime"]),
            "missing": self._missing() if "/" in self.python else None,
        }

    def _root(self) -> Call:
        """The folder; from where the flow is loaded, which is where its run starts."""
        return Call("os.path.abspath", (Call("os.environ.get", (self.root, ".")),))

    def _is_python_below_root(self) -> bool:
        """A name without a slash is looked up where the run stands."""
        return "/" in self.python and not self.python.startswith("/")

    def _missing(self) -> str:
        """The error where there is no such Python: no retry finds it, so the run fails at once."""
        # It stands in an f-string, where a single brace begins an expression.
        root = escaped(self.root).replace("{", "{{").replace("}", "}}")
        remedy = f": set {root}, or start there" if self._is_python_below_root() else ""
        error = Call("FileNotFoundError", (Code(f'f"no {{COMMAND[0]}}{remedy}"'),))
        return literal(error, 8, 8 + len("raise "), 0)


def _below_root(path: str) -> Call:
    return Call("os.path.join", (Code("ROOT"), path))


def _constant(name: str, value: Any) -> str:
    return literal(value, 0, len(f"{name} = "))
