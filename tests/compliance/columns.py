"""The columns of the table: each orchestrator that a registered target writes for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.targets.capabilities import Support
from shipway.targets.orchestrators import orchestrators_of
from shipway.targets.registry import every, find
from tests.targets import CHOOSING, OPTIONS


@dataclass(frozen=True, kw_only=True)
class Column:
    """An orchestrator.

    Args:
        word: what chooses it among those of its target; empty for the first.
        title: its own name.
        support: what it can express, as `docs/targets.md` has it.
    """

    target: str
    word: str
    title: str
    support: Mapping[str, Support] = field(compare=False, repr=False)

    @property
    def options(self) -> Mapping[str, Any]:
        """Options of the target with which any pipeline is exported for it."""
        return {**OPTIONS[self.target], **(CHOOSING[self.word] if self.word else {})}


def columns() -> list[Column]:
    """Return the columns of all targets, by name."""
    return [column for exporter in every() for column in columns_of(exporter.name)]


def columns_of(target: str) -> Iterator[Column]:
    """Yield the columns of one target."""
    for each in orchestrators_of(find(target)):
        word = next(iter(each.options.values()), "")
        yield Column(target=target, word=word, title=each.title, support=each.capabilities)
