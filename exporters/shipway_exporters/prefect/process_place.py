"""Where a run stands: the project's folder and its Python, on a worker or in a container."""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from shipway.artifacts.python_literals import Call, Code, escaped, literal, string
from shipway.planner.plan import Plan
from shipway_exporters.containers.place import FOLDER, PYTHON
from shipway_exporters.values.worker_python import VENV, python_variable, remedy


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
        self.root = str(plan.options.get("root", {}).get("env", f"{plan.project.upper()}_ROOT"))
        folder = plan.options.get("project_dir") or plan.run.project_dir
        in_image = self.is_container and not self.is_cloned
        self.project_dir = normpath(str(folder or (FOLDER if in_image else ".")))
        self.is_absolute = self.project_dir.startswith("/")
        # An image has one Python; a worker may have one for each project.
        self.python = str(plan.options.get("python", PYTHON if self.is_container else VENV))
        self.variable = python_variable(plan.project)
        self.is_python_looked_up = not (self.is_container or "python" in plan.options)
        self.remedy = remedy(plan, "prefect", self.root)

    def context(self) -> dict[str, Any]:
        """Return source: of the root and the folder, where they are used, and of the command."""
        is_root = self.project_dir == "." and not self.is_cloned
        python = Code("PYTHON") if self.is_python_looked_up else self._set_python()
        has_root = self._is_python_below_root() or not (self.is_absolute or self.is_cloned)
        return {
            "root": _constant("ROOT", self._root()) if has_root else None,
            "folder": None if is_root else _constant("FOLDER", self._folder()),
            "python": self._looked_up() if self.is_python_looked_up else None,
            "cloned": self.is_cloned,
            "cwd": "ROOT" if is_root else "FOLDER",
            "process": _constant("COMMAND", [python, "-m", "shipway.runtime"]),
            "missing": self._missing() if "/" in self.python else None,
        }

    def _folder(self) -> str | Call:
        if self.is_cloned:
            return Call("os.path.abspath", (".",))
        return self.project_dir if self.is_absolute else _below_root(self.project_dir)

    def _root(self) -> Call:
        """The folder; from where the flow is loaded, which is where its run starts."""
        return Call("os.path.abspath", (Call("os.environ.get", (self.root, ".")),))

    def _set_python(self) -> str | Call:
        return _below_root(self.python) if self._is_python_below_root() else self.python

    def _looked_up(self) -> str:
        """A relative path counts from the root, as `python` of the settings does."""
        text = f"os.environ.get({string(self.variable)}) or {string(VENV)}"
        return _constant("PYTHON", Call("os.path.join", (Code("ROOT"), Code(text))))

    def _is_python_below_root(self) -> bool:
        """A name without a slash is looked up where the run stands."""
        return "/" in self.python and not self.python.startswith("/")

    def _missing(self) -> str:
        """The error where there is no such Python: no retry finds it, so the run fails at once."""
        if self.is_python_looked_up:
            first, _, rest = self.remedy.partition(", ")
            pieces = ('f"no {PYTHON}: "', string(f"{first}, "), string(rest))
            lines = (f"{12 * ' '}{piece}" for piece in pieces)
            return "\n".join(("FileNotFoundError(", *lines, f"{8 * ' '})"))
        # It stands in an f-string, where a single brace begins an expression.
        root = escaped(self.root).replace("{", "{{").replace("}", "}}")
        start = "" if self.is_cloned else ", or start there"
        remedy = f": set {root}{start}" if self._is_python_below_root() else ""
        error = Call("FileNotFoundError", (Code(f'f"no {{COMMAND[0]}}{remedy}"'),))
        return literal(error, 8, 8 + len("raise "), 0)


def _below_root(path: str) -> Call:
    return Call("os.path.join", (Code("ROOT"), path))


def _constant(name: str, value: Any) -> str:
    return literal(value, 0, len(f"{name} = "))
