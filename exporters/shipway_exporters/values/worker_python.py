"""Where a worker looks for the project's Python that no setting names.

Conda, pyenv and many containers have no `.venv`, and two workers may differ: so a variable of the
worker's environment goes before the folder that `python -m venv .venv` and uv make.
"""

from __future__ import annotations

from shipway.planner.plan import Plan

VENV = ".venv/bin/python"
"""The Python below the root where the variable has no value, either."""


def python_variable(plan: Plan) -> str:
    """Return the name of the environment variable, which holds a path."""
    return f"{plan.project.upper()}_PYTHON"


def remedy(plan: Plan, target: str, root: str) -> str:
    """Return what to do where there is no such Python: the three places, in their order.

    Args:
        target: the name of the target, as the settings have it.
        root: the variable that holds the root.
    """
    setting, variable = f"targets.{target}.python", python_variable(plan)
    return f"set {setting} or {variable}, or have {VENV} below {root}"
