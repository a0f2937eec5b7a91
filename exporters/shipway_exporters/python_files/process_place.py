"""Where a process on a worker finds the project and its Python, as source of an emitted module.

A worker's environment holds the folder that paths start from, and may hold the Python. So the
same artifact runs on workers that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from shipway.artifacts.python_literals import Call, Code, escaped, literal, string
from shipway.planner.plan import Plan
from shipway.tasks.package_variables import package_variable
from shipway_exporters.values.worker_python import VENV, python_variable, remedy


@dataclass(frozen=True, kw_only=True)
class ProcessPlace:
    """Where the tasks of a plan find the project.

    The template `python_files/place.py.j2` writes it.

    Args:
        root: the environment variable that holds the folder from which relative paths start.
        project_dir: the project's folder, below the root or absolute.
        python: the project's Python, below the root, absolute, or a name to be looked up; `None`
            where each worker says.
        variable: the environment variable by which it does.
        remedy: what to do where there is no such Python.
        is_cloned: whether a run starts in a clone of the project, to which `project_dir` is
            relative.
    """

    root: str
    project_dir: str
    python: str | None
    variable: str
    remedy: str
    is_cloned: bool = False

    @property
    def is_absolute(self) -> bool:
        """Whether the project stands at the same place on every machine."""
        return self.project_dir.startswith("/")

    @property
    def has_root(self) -> bool:
        """Whether a path starts from the root."""
        return self._is_python_below_root() or not (self.is_absolute or self.is_cloned)

    def context(self, indent: int = 8) -> dict[str, Any]:
        """Return source: of the root and the folder, where they are used, and of the command.

        Args:
            indent: the column of the statement that raises `missing`.
        """
        is_root = self.project_dir == "." and not self.is_cloned
        python = Code("PYTHON") if self.python is None else self._set_python(self.python)
        return {
            "root": _constant("ROOT", self._root()) if self.has_root else None,
            "folder": None if is_root else _constant("FOLDER", self._folder()),
            "python": self._looked_up() if self.python is None else None,
            "cloned": self.is_cloned,
            "cwd": "ROOT" if is_root else "FOLDER",
            "process": _constant("COMMAND", [python, "-m", "shipway.runtime"]),
            "missing": self._missing(indent),
        }

    def _folder(self) -> str | Call:
        if self.is_cloned:
            return Call("os.path.abspath", (".",))
        return self.project_dir if self.is_absolute else _below_root(self.project_dir)

    def _root(self) -> Call:
        """The folder; from where the module is loaded, which is where its run starts."""
        return Call("os.path.abspath", (Call("os.environ.get", (self.root, ".")),))

    def _set_python(self, python: str) -> str | Call:
        return _below_root(python) if self._is_python_below_root() else python

    def _looked_up(self) -> str:
        """A relative path counts from the root, as `python` of the settings does."""
        text = f"os.environ.get({string(self.variable)}) or {string(VENV)}"
        return _constant("PYTHON", Call("os.path.join", (Code("ROOT"), Code(text))))

    def _is_python_below_root(self) -> bool:
        """A name without a slash is looked up where the run stands."""
        python = VENV if self.python is None else self.python
        return "/" in python and not python.startswith("/")

    def _missing(self, indent: int) -> str | None:
        """The error where there is no such Python: no retry finds it, so the run fails at once."""
        if self.python is None:
            first, _, rest = self.remedy.partition(", ")
            pieces = ('f"no {PYTHON}: "', string(f"{first}, "), string(rest))
            lines = (f"{(indent + 4) * ' '}{piece}" for piece in pieces)
            return "\n".join(("FileNotFoundError(", *lines, f"{indent * ' '})"))
        if "/" not in self.python:
            return None
        # It stands in an f-string, where a single brace begins an expression.
        root = escaped(self.root).replace("{", "{{").replace("}", "}}")
        start = "" if self.is_cloned else ", or start there"
        remedy = f": set {root}{start}" if self._is_python_below_root() else ""
        error = Call("FileNotFoundError", (Code(f'f"no {{COMMAND[0]}}{remedy}"'),))
        return literal(error, indent, indent + len("raise "), 0)


def process_place(plan: Plan, target: str) -> ProcessPlace:
    """Return where tasks find the project on a worker, by the options of a target.

    Args:
        target: the target's name in the settings.
    """
    return ProcessPlace(
        root=root_variable(plan),
        project_dir=normpath(str(plan.options.get("project_dir") or plan.run.project_dir or ".")),
        python=plan.options.get("python"),
        variable=python_variable(plan.project),
        remedy=remedy(plan, target, root_variable(plan)),
    )


def root_variable(plan: Plan) -> str:
    """Return the name of the environment variable that holds the root."""
    return str(plan.options.get("root", {}).get("env", package_variable(plan.project, "ROOT")))


def _below_root(path: str) -> Call:
    return Call("os.path.join", (Code("ROOT"), path))


def _constant(name: str, value: Any) -> str:
    return literal(value, 0, len(f"{name} = "))
