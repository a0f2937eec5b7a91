"""Settings files on the command line, as the header of an artifact may name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shipway.cli.output_folder import home
from shipway.compiler import Selection, Source


def with_settings_files(selection: Selection, source: Source) -> Selection:
    """Let an artifact name the settings files that a second export needs."""
    return replace(selection, settings=_files_below(home(source), source.settings))


def _files_below(home: Path, files: Sequence[Path]) -> tuple[str, ...]:
    """Return the paths of those in the project, without those that Kedro reads itself."""
    paths = (path.resolve() for path in files)
    inside = (p.relative_to(home.resolve()) for p in paths if p.is_relative_to(home.resolve()))
    return tuple(path.as_posix() for path in inside if not _is_usual(path))


def _is_usual(path: Path) -> bool:
    """With a snapshot, the project's own settings have to be named; the artifact is the same."""
    return path.name in ("deploy.yml", "deploy.yaml") and len(path.parts) > 1
