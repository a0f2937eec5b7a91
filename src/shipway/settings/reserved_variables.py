"""Environment variables that no setting may fill, since something else does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_OPEN = frozenset({"SHIPWAY_ALLOW_DRIFT", "SHIPWAY_MLFLOW"})
"""Switches of `shipway.runtime`, which are for users; its other variables tell nodes of the run."""


def reserved(names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each variable that is not free, why, and what to do instead."""
    for name in names:
        if name.startswith("SHIPWAY_") and name not in _OPEN:
            why = f"`{name}` is a variable that `shipway.runtime` sets or reads itself."
            yield name, why, "Give the variable another name."
        elif name == "KEDRO_ENV":
            # A task would read another environment than the export has read.
            why = "`KEDRO_ENV` would let the task run with an environment that was not exported."
            yield name, why, "Leave it out, and export with `--env`."
