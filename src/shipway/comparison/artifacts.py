"""Which older files become which newer ones: by whose they are, and only then by their path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from shipway.artifacts.files import read_text, sealed_digests
from shipway.artifacts.identity import family, identity_in, pipeline_in
from shipway.artifacts.shared_folder import SUFFIXES, without_others
from shipway.comparison.changes import Comparison
from shipway.comparison.names_in_paths import artifacts_in, nearest
from shipway.comparison.reading import Files, compare_files, first
from shipway.compiler import Compiled
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter, companions


@dataclass(frozen=True, kw_only=True)
class TargetFiles:
    """What one target gets today.

    Args:
        folder: where it is written.
        shown: the same, as it is to be shown.
    """

    exporter: Exporter
    folder: Path
    shown: str
    compiled: Sequence[Compiled]

    def may_hold(self, path: str) -> bool:
        """Tell whether a file may be one of an artifact: a folder may hold many others."""
        own = {PurePath(file.path).suffix for item in self.compiled for file in item.files}
        return PurePath(path).suffix in own | SUFFIXES


def files_in(target: TargetFiles) -> dict[str, str]:
    """Return the files in a target's folder by path: also others that stand in their place."""
    folder = target.folder
    ours = {folder / file.path for item in target.compiled for file in item.files}
    paths = sorted(folder.rglob("*")) if folder.is_dir() else ()
    return {
        path.relative_to(folder).as_posix(): read_text(path) or ""
        for path in paths
        # An export writes through a link, and what else one leads to may be anybody's.
        if target.may_hold(path.name) and path.is_file() and (path in ours or not path.is_symlink())
    }


def compare_target(
    target: TargetFiles, older: Files, *, with_removed: bool
) -> Iterator[Comparison]:
    """Yield a comparison for each artifact of a target.

    Args:
        older: all files that stand in the folder of the older artifacts, by path.
        with_removed: whether those count that no pipeline gives any more.
    """
    left = without_others(older, target.exporter.name)
    pairs = []
    for item in target.compiled:
        before = _claimed(target, item, left)
        pairs.append((item, before))
        left = {path: text for path, text in left.items() if path not in before}
    # Files without a name on them, and another's in our place: what would be written over.
    for item, before in pairs:
        before |= {file.path: left.pop(file.path) for file in item.files if file.path in left}
        yield _compare(target, item.plan, before, {f.path: f.text for f in item.files})
    for before in _removed(target, left) if with_removed else ():
        yield _compare(target, target.compiled[0].plan, before, {})


def _claimed(target: TargetFiles, item: Compiled, older: Files) -> dict[str, str]:
    """Return the older files that are of the same pipeline, whatever they are called.

    Where some stand in their own places, those with other names are of another export of it. Where
    none does, it may have had several names one after the other.
    """
    of = {identity_in(file.text) for file in item.files} - {None}
    claimed = {path: text for path, text in older.items() if identity_in(text) in of}
    places = {file.path for file in item.files}
    if claimed.keys().isdisjoint(places):
        return nearest(artifacts_in(claimed, target.exporter, target.compiled), item)
    places |= set(companions(target.exporter, item.plan))
    return {path: text for path, text in claimed.items() if path in places}


def _removed(target: TargetFiles, left: Files) -> Iterator[dict[str, str]]:
    """Yield the files of each artifact that no pipeline gives any more."""
    files = [file for item in target.compiled for file in item.files]
    ours = {family(of) for file in files if (of := identity_in(file.text))}
    by_pipeline: dict[str, dict[str, str]] = {}
    for path, text in left.items():
        of = identity_in(text)
        if of and sealed_digests(text) and family(of) in ours:
            by_pipeline.setdefault(of, {})[path] = text
    for of_pipeline in by_pipeline.values():
        yield from artifacts_in(of_pipeline, target.exporter, target.compiled)


def _compare(
    target: TargetFiles, plan: Plan, before: Mapping[str, str], after: Mapping[str, str]
) -> Comparison:
    name = plan.subject if after else pipeline_in(before[first(before)]) or first(before)
    return compare_files(target.exporter, plan, before, after, pipeline=name, folder=target.shown)
