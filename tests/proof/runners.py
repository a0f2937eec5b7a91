"""Run all exported pipelines of a project on an orchestrator: one function a target."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tests.projects import KedroProject

Run: TypeAlias = Callable[[KedroProject, Mapping[str, Any], Sequence[str], Path], None]
"""Takes a project, settings, names of pipelines and a scratch folder; every run must succeed."""


def runner(target: str) -> Run:
    """Return the function `run_all` of `tests/engines/TARGET/run_all.py`.

    Raises:
        AssertionError: a target was registered, and nobody has said how to run it.
    """
    try:
        module = importlib.import_module(f"tests.engines.{target}.run_all")
    except ModuleNotFoundError as error:
        what = f"tests/engines/{target}/run_all.py must say how {target} runs pipelines"
        raise AssertionError(f"{what}: {error}") from error
    run: Run = module.run_all
    return run
