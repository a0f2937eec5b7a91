"""The older side of a comparison: files on disk, of a revision of git, or made of a snapshot."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shipway import errors
from shipway.comparison import git
from shipway.comparison.artifacts import TargetFiles, files_in
from shipway.comparison.older_export import export, request
from shipway.compiler import Selection, Source
from shipway.errors import Finding, InternalError, ShipwayError
from shipway.settings.source import SettingsSource


@dataclass(frozen=True, kw_only=True)
class Older:
    """The older files of each target, by path in its folder.

    Args:
        name: what they are, for people.
    """

    name: str
    files: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...] = ()


def on_disk(targets: Sequence[TargetFiles]) -> Older:
    """Return what stands in the folders now."""
    folders = ", ".join(target.shown for target in targets)
    files = {target.exporter.name: files_in(target) for target in targets}
    return Older(name=f"the files in {folders}", files=files)


def of_snapshot(
    snapshot: Path, settings: SettingsSource, targets: Sequence[str], selection: Selection
) -> Older:
    """Return the artifacts of a project as it was when the snapshot was made.

    Args:
        settings: a snapshot holds none, so these are today's unless others were named.

    Raises:
        ShipwayError: the snapshot cannot be read, or not be exported with these settings.
    """
    from shipway.readers.snapshot import load

    project = load(snapshot)
    try:
        files = export(project, settings, tuple(targets), selection)
    except ShipwayError as error:
        remedy = "Name the settings of that day with --against-settings FILE."
        raise _of_older(error, f"{snapshot.as_posix()}, exported anew", remedy) from error
    return Older(name=f"the snapshot {snapshot.as_posix()}", files=files)


def of_revision(
    name: str, source: Source, selection: Selection, targets: Sequence[TargetFiles], home: Path
) -> Older:
    """Return the artifacts that a revision of git holds; where git keeps none, those it gives.

    Args:
        home: the folder of the project.

    Raises:
        ShipwayError: there is no such revision, or it cannot be exported.
    """
    revision = git.revision(home, name)
    files: dict[str, Mapping[str, str]] = {}
    missing = []
    for target in targets:
        committed = _committed(revision, target)
        if committed is None:
            missing.append(target)
        else:
            files[target.exporter.name] = committed
    notes: tuple[str, ...] = ()
    if missing:
        made, notes = _exported(revision, source, selection, missing)
        files.update(made)
    return Older(name=str(revision), files=files, notes=notes)


def _committed(revision: git.Revision, target: TargetFiles) -> dict[str, str] | None:
    """Return the files of a folder in a revision; `None` where git keeps none there at any time."""
    folder = target.folder.resolve()
    if not folder.is_relative_to(revision.top.resolve()):
        return None
    path = folder.relative_to(revision.top.resolve()).as_posix()
    files = revision.files(path, target.may_hold)
    return files if files or git.is_tracked(revision.top, path) else None


def _exported(
    revision: git.Revision, source: Source, selection: Selection, targets: Sequence[TargetFiles]
) -> tuple[Mapping[str, Mapping[str, str]], tuple[str, ...]]:
    names = tuple(target.exporter.name for target in targets)
    with tempfile.TemporaryDirectory(prefix="shipway-") as temporary:
        root = Path(temporary).resolve() / "revision"
        root.mkdir()
        revision.unpack(root)
        moved = _Moved(revision.top.resolve(), root)
        absent = moved.absent(source.settings)
        older = moved.source(source)
        if older is None:
            return {name: {} for name in names}, (f"{revision} has no such project.",)
        chosen = replace(selection, templates=moved.path(selection.templates))
        files = _ask(request(older, chosen, names, root.with_name("answer.json")), revision)
        return files, tuple(_notes(revision, targets, absent))


def _notes(
    revision: git.Revision, targets: Sequence[TargetFiles], absent: Sequence[Path]
) -> Iterator[str]:
    """Yield how the older artifacts were made."""
    folders = ", ".join(target.shown for target in targets)
    yield (
        f"git keeps no artifacts in {folders}, so {revision} was read and exported anew, with "
        "this Python and its packages."
    )
    for path in absent:
        yield f"{revision} has no {path.as_posix()}, so nothing of it counts there."


@dataclass(frozen=True)
class _Moved:
    """Paths in a work tree as they are in the folder that a revision was written to."""

    top: Path
    root: Path

    def source(self, source: Source) -> Source | None:
        """Return where the revision has the project and its settings; `None` where it has none."""
        project = self.path(source.read.project.resolve())
        snapshot = self.path(source.snapshot)
        if not (snapshot.is_file() if snapshot else project and project.is_dir()):
            return None
        conf_source = source.read.conf_source
        if conf_source and "://" not in conf_source:
            conf_source = str(self.path(Path(conf_source)))
        return Source(
            read=replace(source.read, project=project or self.root, conf_source=conf_source),
            snapshot=snapshot,
            settings=tuple(self._settings(source.settings)),
        )

    def absent(self, settings: Sequence[Path]) -> list[Path]:
        """Return the files of settings that the revision does not have."""
        return [path for path in settings if not (self.path(path) or path).is_file()]

    def _settings(self, settings: Sequence[Path]) -> Iterator[Path]:
        for path in settings:
            moved = self.path(path) or path
            if not moved.is_file():  # in its place stands one that says nothing
                moved.parent.mkdir(parents=True, exist_ok=True)
                moved.write_text("{}\n", encoding="utf-8")
            yield moved

    def path(self, path: Path | None) -> Path | None:
        """Return a path of the work tree in the revision; one that is outside stays."""
        top = self.top.resolve()
        if path is None or not path.resolve().is_relative_to(top):
            return path and path.resolve()
        return self.root / path.resolve().relative_to(top)


def _ask(asked: dict[str, Any], revision: git.Revision) -> dict[str, dict[str, str]]:
    process = subprocess.run(
        [sys.executable, "-m", "shipway.comparison.older_export"],
        input=json.dumps(asked),
        cwd=asked["read"]["project"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    answer = Path(asked["answer"])
    if process.returncode or not answer.is_file():
        what = (process.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        where = f"the export of {revision}"
        raise InternalError(
            Finding(what=f"The older project was not exported: {what}", where=where)
        )
    content = json.loads(answer.read_text(encoding="utf-8"))
    if "findings" in content:
        kind = getattr(errors, content["kind"])
        found = kind(*(Finding(**finding) for finding in content["findings"]))
        raise _of_older(found, str(revision), "Commit the artifacts, or name another revision.")
    files: dict[str, dict[str, str]] = content["files"]
    return files


def _of_older(error: ShipwayError, whose: str, remedy: str) -> ShipwayError:
    """Return an error that says in which state of the project its places are."""
    findings = (
        Finding(
            what=finding.what,
            where=f"{finding.where or 'the project'}, in {whose}",
            remedy=remedy if finding.remedy is None else f"{finding.remedy} Or: {remedy}",
        )
        for finding in error.findings
    )
    return type(error)(*findings)
