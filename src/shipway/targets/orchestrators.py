"""The orchestrators that run what a target writes: one, or one of several by an option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from shipway.targets.capabilities import Support
from shipway.targets.exporter import Exporter


@dataclass(frozen=True, kw_only=True)
class Orchestrator:
    """One that runs the artifacts of a target.

    Args:
        title: its own name.
        versions: versions that the artifacts run on, for the reader of a table.
        capabilities: its support of each setting.
        options: those of the target that choose it; none where nothing else is chosen.
    """

    title: str
    versions: str
    capabilities: Mapping[str, Support]
    options: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class ServesSeveral(Protocol):
    """An exporter whose options say which of several orchestrators an artifact is for."""

    @property
    def orchestrators(self) -> Sequence[Orchestrator]:
        """Return all of them; the first is the one that no option chooses."""
        ...


def orchestrators_of(exporter: Exporter) -> Sequence[Orchestrator]:
    """Return the orchestrators of a target."""
    if isinstance(exporter, ServesSeveral):
        return exporter.orchestrators
    only = Orchestrator(
        title=exporter.title, versions=exporter.versions, capabilities=exporter.capabilities
    )
    return (only,)


def title_of(exporter: Exporter, options: Mapping[str, Any]) -> str:
    """Return the name of the orchestrator that artifacts are for under options of the target."""
    if not isinstance(exporter, ServesSeveral):
        return exporter.title
    chosen = [each for each in exporter.orchestrators if _is_chosen(each, options)]
    return chosen[-1].title


def is_called(orchestrator: Orchestrator, name: str) -> bool:
    """Tell whether people may mean an orchestrator by the name of a target that there is not."""
    known = {orchestrator.title, *orchestrator.options.values()}
    return bool(orchestrator.options) and _plain(name) in map(_plain, known)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _is_chosen(orchestrator: Orchestrator, options: Mapping[str, Any]) -> bool:
    return all(options.get(key) == value for key, value in orchestrator.options.items())
