"""What each orchestrator makes of many artifacts: one module a target, found by its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from shipway.artifacts.readback import Contents
from shipway.planner.plan import Plan

Observe: TypeAlias = Callable[[Path, Sequence[tuple[Plan, Path]]], list[Contents]]
"""Takes a scratch folder, and plans with the folder of their files; one `Contents` for each."""


@dataclass(frozen=True, kw_only=True)
class Observer:
    """How to look at what a target loads.

    Args:
        options: options of the target that are tried by turns.
        unseen: capabilities that nobody can see where an artifact is loaded, each with the reason
            and with what looks at it instead.
        ways: how many ways of running a task these options stand for: each is tried as often as a
            target that has one.
    """

    observe: Observe
    options: Sequence[Mapping[str, Any]]
    unseen: Mapping[str, str]
    ways: int = 1


def observer(target: str) -> Observer:
    """Return `observe`, `OPTIONS` and `UNSEEN` of `tests/engines/TARGET/observe.py`.

    Raises:
        AssertionError: a target was registered, and nobody has said how to look at it.
    """
    try:
        module = importlib.import_module(f"tests.engines.{target}.observe")
    except ModuleNotFoundError as error:
        what = f"tests/engines/{target}/observe.py must say what {target} makes of an artifact"
        raise AssertionError(f"{what}: {error}") from error
    return Observer(
        observe=module.observe,
        options=module.OPTIONS,
        unseen=module.UNSEEN,
        ways=getattr(module, "WAYS", 1),
    )
