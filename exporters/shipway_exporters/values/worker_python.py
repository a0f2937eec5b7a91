"""Where a worker looks for the project's Python that no setting names.

Conda, pyenv and many containers have no `.venv`, and two workers may differ: so a variable of the
worker's environment goes before the folder that `python -m venv .venv` and uv make.
"""

from __future__ import annotations

from shipway.planner.plan import Plan
from shipway.tasks.package_variables import package_variable

VENV = ".venv/bin/python"
"""The Python below the root where the variable has no value, either."""


def python_variable(package: str) -> str:
    """Return the name of the environment variable, which holds a path."""
    return package_variable(package, "PYTHON")


def remedy(plan: Plan, target: str, root: str) -> str:
    """Return what to do where there is no such Python: the three places, in their order.

    Args:
        target: the name of the target, as the settings have it.
        root: the variable that holds the root.
    """
    setting, variable = f"targets.{target}.python", python_variable(plan.project)
    return f"set {setting} (in deploy.yml) or {variable} to its path, or have {VENV} below {root}"


def starter_lines(package: str) -> str:
    """Return what a first section of a target says of the worker, as comments of YAML."""
    root = package_variable(package, "ROOT")
    return (
        f"    # Each worker's environment has {root}, the folder of the project\n"
        f"    # there, and {python_variable(package)}, its Python (else {VENV} in that folder).\n"
        f"    # python: /opt/{package}/bin/python\n"
    )
