"""Where the files of a target go, and what they are told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath

from shipway.compiler import Selection, Source
from shipway.errors import Finding, UsageError
from shipway.settings.settings import Settings
from shipway.targets.exporter import Exporter, NamesItsFolder


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where the files go, and by which settings and selection they are made.

    Args:
        note: what to tell of the folder; `None` for nothing.
        is_own: whether nothing but this target's files is there, as nobody named the folder.
    """

    folder: Path
    settings: Settings
    selection: Selection
    note: str | None = None
    is_own: bool = False


def output_for(
    source: Source, settings: Settings, selection: Selection, exporter: Exporter, path: Path | None
) -> Output:
    """Return the output of a target.

    Artifacts that say where they stand say so of a folder in the project that was asked for.

    Args:
        path: what `--output` names; `None` for the target's own folder in the project.

    Raises:
        UsageError: `--output` names another folder in the project than the settings do.
    """
    root = home(source)
    output = Output(folder=path or root, settings=settings, selection=selection)
    if not isinstance(exporter, NamesItsFolder):
        default = root / "deploy" / exporter.name
        return output if path else replace(output, folder=default, is_own=True)
    options = settings.target(exporter.name)
    own = normpath(exporter.folder(options))
    if path is None:
        return replace(output, folder=root / own, is_own="folder" not in options)
    below_project = _below(path, root)
    if below_project is None:
        return replace(output, note=_elsewhere(path, own, exporter))
    return output if below_project == own else _moved(output, exporter, below_project)


def _moved(output: Output, exporter: Exporter, below_project: str) -> Output:
    """Return the output with artifacts that say that they stand in another folder."""
    name, settings = exporter.name, output.settings
    options = settings.target(name)
    if "folder" in options:
        raise UsageError(
            Finding(
                what=f"`--output` is {below_project} in the project, and the settings say that "
                f"these files stand in {options['folder']}.",
                where=settings.place("targets", name, "folder"),
                remedy="Leave one of them out, or let both say the same.",
            )
        )
    targets = {**settings.values.get("targets", {}), name: {**options, "folder": below_project}}
    return replace(
        output,
        settings=replace(settings, values={**settings.values, "targets": targets}),
        selection=replace(output.selection, output=below_project),
    )


def _elsewhere(path: Path, own: str, exporter: Exporter) -> str:
    return (
        f"{path.as_posix()} is outside of the project. The files say that they stand in {own} of "
        f"the project: put them there, or set `folder` under targets.{exporter.name}."
    )


def _below(path: Path, root: Path) -> str | None:
    """Return a path as one below the project; `None` where it is elsewhere."""
    whole, base = path.resolve(), root.resolve()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else None


def home(source: Source) -> Path:
    """The project's folder, or with a snapshot the folder that the command was called in."""
    if source.snapshot is not None:
        return source.read.project
    # Only here: with a snapshot, Kedro need not be installed.
    from kedro.utils import find_kedro_project

    return find_kedro_project(source.read.project.resolve()) or source.read.project
