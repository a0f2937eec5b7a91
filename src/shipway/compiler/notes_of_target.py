"""What to tell of a plan on its target, beside what is refused there."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.compiler.idle_options import idle_options
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter, NotesOptions
from shipway.targets.unknown_places import place_unknown_notes


def notes_of_target(project: Project, plan: Plan, exporter: Exporter) -> Iterator[str]:
    """Yield a note for each thing that deserves a look."""
    yield from place_unknown_notes(project, plan, exporter)
    yield from idle_options(plan, exporter)
    if isinstance(exporter, NotesOptions):
        yield from exporter.notes(plan)
