"""What each orchestrator makes of many artifacts: one function a target, found by its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from shipway.planner.plan import Plan
from shipway.seen import Seen

Observe: TypeAlias = Callable[[Path, Sequence[tuple[Plan, Path]]], list[Seen]]
"""Takes a scratch folder, and plans with the folder of their files; one `Seen` for each."""


def observer(target: str) -> Observe:
    """Return the function `observe` of `tests/engines/TARGET/observe.py`.

    Raises:
        AssertionError: a target was registered, and nobody has said how to look at it.
    """
    try:
        module = importlib.import_module(f"tests.engines.{target}.observe")
    except ModuleNotFoundError as error:
        what = f"tests/engines/{target}/observe.py must say what {target} makes of an artifact"
        raise AssertionError(f"{what}: {error}") from error
    observe: Observe = module.observe
    return observe
