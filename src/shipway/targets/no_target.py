"""Sections of the settings for what is no target, but one that an option of another chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.shapes import Anything
from shipway.targets import registry


@dataclass(frozen=True)
class NoTarget(Anything):
    """The shape of such a section: none."""

    name: str
    remedy: str

    def read(self, _value: Any, path: DocumentPath, problems: list[Problem]) -> None:
        problems.append(Problem(path, f"There is no target `{self.name}`.", self.remedy))


def shapes_of_others(sections: Any) -> dict[str, NoTarget]:
    """Return the shapes of the sections under `targets` that are of no target."""
    names = {str(name) for name in sections} if isinstance(sections, dict) else set()
    remedies = {name: registry.by_option(name) for name in names - {*registry.names()}}
    return {name: NoTarget(name, remedy) for name, remedy in remedies.items() if remedy}
