"""Run all exported pipelines of a project on an orchestrator: one function a target."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from tests.engines.exports import Export

RunAll: TypeAlias = Callable[[Sequence[Export], Path], None]
"""Takes what is to be exported and run, and a scratch folder; every run must succeed."""


def runner(target: str) -> RunAll:
    """Return the function `run_all` of `tests/engines/TARGET/run_all.py`.

    Raises:
        AssertionError: a target was registered, and nobody has said how to run it.
    """
    try:
        module = importlib.import_module(f"tests.engines.{target}.run_all")
    except ModuleNotFoundError as error:
        what = f"tests/engines/{target}/run_all.py must say how {target} runs pipelines"
        raise AssertionError(f"{what}: {error}") from error
    run_all: RunAll = module.run_all
    return run_all


def sees_its_own(target: str) -> bool:
    """Tell whether `run_all.py` says that a task is told no parameters but those it can see."""
    runner(target)
    module = importlib.import_module(f"tests.engines.{target}.run_all")
    return bool(getattr(module, "SEES_ITS_OWN", False))


def one_by_one(target: str) -> bool:
    """Tell whether `run_all.py` says that it runs one pipeline after another."""
    runner(target)
    module = importlib.import_module(f"tests.engines.{target}.run_all")
    return bool(getattr(module, "ONE_BY_ONE", False))
