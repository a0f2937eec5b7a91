"""Waivers in the settings: what a target may lose, under `targets.NAME.allow_lossy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, ListOf, Shape
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import Exporter
from shipway.targets.support import NEVER_LOST

KEY = "allow_lossy"


@dataclass(frozen=True)
class _Waivable(Choice):
    """The name of a setting without which a run computes the same."""

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> str | None:
        if isinstance(value, str) and value in NEVER_LOST:
            what = f"`{value}` cannot be given up: a run would compute something else."
            problems.append(Problem(path, what, NEVER_LOST[value]))
            return None
        return super().read(value, path, problems)


_NAMES = [name for name in CAPABILITIES if name not in NEVER_LOST]
WAIVABLE = _Waivable(
    tuple(dict.fromkeys(word for name in _NAMES for word in (name.partition(".")[0], name)))
)
"""A setting by its whole name (`resources.cpu`), or all below a first word (`resources`)."""
_FIELD = Field(
    ListOf(WAIVABLE), "settings that may be lost where the target cannot express them, by name"
)


def section(exporter: Exporter) -> Shape[Any]:
    """Return the shape of a target's section: its own options, and the waivers."""
    own = exporter.options
    if not isinstance(own, Record):
        return own
    return replace(own, fields={**own.fields, KEY: _FIELD})


def waivers(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a target's section allows to be lost."""
    return tuple(options.get(KEY, ()))
