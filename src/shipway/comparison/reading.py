"""The files of one artifact, before and after: read back, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.files import sealed_digests
from shipway.artifacts.readback import Contents
from shipway.comparison.changes import Change, Comparison, FileLines, Status
from shipway.comparison.compare import compare
from shipway.comparison.lines import lines_of
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter, ReadsOtherArtifacts

Files = Mapping[str, str]
_SEALS = ("plan", "project", "settings", "by")


class _UnreadableError(Exception):
    """Of files, only the lines can be compared; the text says why."""


def compare_files(
    exporter: Exporter, plan: Plan, before: Files, after: Files, *, pipeline: str, folder: str
) -> Comparison:
    """Return what the files of one artifact become.

    Args:
        plan: a plan of the project today; that of the pipeline where it has one.
        before: by path in the output folder; none where there was no artifact.
        after: likewise; none where there is none any more.
        folder: the output folder, as it is to be shown.
    """
    files = tuple(lines_of(before, after, folder))
    place: dict[str, Any] = {"target": exporter.name, "pipeline": pipeline}
    place["path"] = f"{folder}/{first(after or before)}"
    if not files:
        return Comparison(**place, status="same")
    try:
        pair = _contents(exporter, plan, before), _contents(exporter, plan, after)
    except _UnreadableError as error:
        return Comparison(**place, status="unreadable", files=files, reason=str(error))
    changes = compare(*pair)
    if before and after:
        changes = (*(changes or _of_lines(files)), *_digests(before, after))
    size = sum(bool(task.nodes) for task in pair[1].tasks.values()) if pair[1] else 0
    status = _status(before, after)
    return Comparison(**place, status=status, changes=changes, files=files, size=size)


def first(files: Files) -> str:
    """Return the file that stands for an artifact; others have longer names."""
    return min(files, key=lambda path: (len(path), path))


def _status(before: Files, after: Files) -> Status:
    if before and after:
        return "changed"
    return "added" if after else "removed"


def _contents(exporter: Exporter, plan: Plan, files: Files) -> Contents | None:
    """Return what files say; nothing where there are none.

    Raises:
        _UnreadableError: another release, a template or a hand wrote them otherwise.
    """
    if not files:
        return None
    if not isinstance(exporter, ReadsOtherArtifacts):
        raise _UnreadableError(f"the target {exporter.name} reads no artifact but its plan's own")
    try:
        return exporter.contents_of(plan, files)
    except Exception as error:  # what wrote it may have written anything
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        raise _UnreadableError(
            f"{first(files)} is not as this release of Shipway writes it, so that only its lines "
            f"are compared ({what})"
        ) from error


def _of_lines(files: tuple[FileLines, ...]) -> Iterator[Change]:
    """Yield the files that say the same in other words, or what no setting stands for."""
    for file in files:
        if any(_is_change(line) for line in file.diff.splitlines()):
            yield Change(kind="lines", name=file.path)


def _is_change(line: str) -> bool:
    """Tell whether a line of a diff is one that changed, and not a header's or a seal's."""
    is_header = line.startswith(("+++ ", "--- ")) and line.endswith((" (before)", " (after)"))
    return line.startswith(("+", "-")) and not is_header and " shipway: " not in line


def _digests(before: Files, after: Files) -> Iterator[Change]:
    """Yield the digests of the headers that changed; all files of an artifact have the same."""
    old, new = (sealed_digests(files[first(files)]) for files in (before, after))
    for name in _SEALS:
        if old.get(name) != new.get(name):
            yield Change(kind="digest", name=name, before=old.get(name), after=new.get(name))
