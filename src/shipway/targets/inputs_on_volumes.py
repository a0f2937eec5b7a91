"""Inputs that a volume must hold before the first run: it hides what an image has in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.planner.plan import LocalFile, Plan
from shipway.settings.values import Volume
from shipway.targets.exporter import Exporter
from shipway.targets.local_files import place_in, sight_of


def inputs_by_volume(plans: Sequence[Plan], exporter: Exporter) -> dict[Volume, list[str]]:
    """Return the absolute paths of the inputs that no plan writes, by the volume they stand on.

    Raises:
        UnsupportedError: nobody knows where the project stands in its container.
    """
    written = {file.location for plan in plans for file in plan.files}
    by_volume: dict[Volume, set[str]] = {}
    for plan in plans:
        files = [file for file in plan.local_inputs if file.location not in written]
        for volume, path in _places(plan, files, exporter):
            by_volume.setdefault(volume, set()).add(path)
    return {volume: sorted(paths) for volume, paths in by_volume.items()}


def _places(
    plan: Plan, files: Sequence[LocalFile], exporter: Exporter
) -> Iterator[tuple[Volume, str]]:
    names = {name for file in files for name in file.tasks}
    sights = {t.name: sight_of(plan, t, exporter) for t in plan.tasks if t.name in names}
    for file in files:
        for name in file.tasks:
            path, volume = place_in(file, sights[name])
            if volume:
                yield volume, str(path)
