"""Files beside the settings that a target begins for a project, which owns them from then on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shipway.artifacts.files import File
from shipway.model import Project
from shipway.targets.exporter import Exporter, StartsFiles


def first_files(exporters: Iterable[Exporter], project: Project, root: Path) -> tuple[File, ...]:
    """Return the files that the project in the folder `root` does not have yet."""
    existing = {path.name for path in root.iterdir()}
    return tuple(
        File(path=path, text=text)
        for exporter in exporters
        if isinstance(exporter, StartsFiles)
        for path, text in exporter.first_files(project, existing).items()
    )
