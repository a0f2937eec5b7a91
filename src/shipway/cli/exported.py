"""What an export has made for one target, and how its paths are shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.artifacts.files import Difference, File
from shipway.compiler import Compiled


@dataclass(frozen=True)
class TargetExport:
    """What one target got: its folder, the compiled pipelines, and how the folder differs.

    Args:
        leftovers: paths of the files that are removed with the next export.
    """

    target: str
    folder: Path
    compiled: tuple[Compiled, ...]
    files: tuple[File, ...]
    differences: tuple[Difference, ...]
    leftovers: tuple[str, ...] = ()


def display_path(path: Path) -> str:
    """Return a path from the folder that the command was called in, where it is below that."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
