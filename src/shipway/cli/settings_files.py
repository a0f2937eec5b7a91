"""Settings files on the command line, as the header of an artifact may name them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def settings_below(home: Path, files: Sequence[Path]) -> tuple[str, ...]:
    """Return the paths of settings files in the project, without those that Kedro reads itself."""
    paths = (path.resolve() for path in files)
    inside = (p.relative_to(home.resolve()) for p in paths if p.is_relative_to(home.resolve()))
    return tuple(path.as_posix() for path in inside if not _is_usual(path))


def _is_usual(path: Path) -> bool:
    """With a snapshot, the project's own settings have to be named; the artifact is the same."""
    return path.name in ("deploy.yml", "deploy.yaml") and len(path.parts) > 1
