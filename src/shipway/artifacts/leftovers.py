"""Files in a folder that an earlier export made, and that this one does not make any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from shipway.artifacts.files import Difference, File, is_edited, read_text, sealed_digests
from shipway.artifacts.identity import family, identity, identity_in
from shipway.artifacts.shared_folder import texts_of_target
from shipway.planner.plan import Plan


def leftovers(
    files: Sequence[File], companions: Iterable[str], folder: Path, jobs: Iterable[Plan] = ()
) -> Iterator[Difference]:
    """Yield the files of a pipeline that stand beside its others, and that it has no more.

    Args:
        files: of one pipeline.
        companions: where files of it stand that it has under some settings only.
        jobs: those that share the files, and had files of their own under other settings.
    """
    paths, own = {file.path for file in files}, _identities(files) | set(map(identity, jobs))
    for path in companions:
        if path not in paths and not (folder / path).is_symlink():
            text = read_text(folder / path) or ""
            if sealed_digests(text) and identity_in(text) in own:
                yield _leftover(path, text)


def strays(
    files: Sequence[File], folder: Path, sharing_target: str | None = None
) -> Iterator[Difference]:
    """Yield the files in a folder that an export such as this made and does not make any more.

    Those of another project, environment or selection of tags are none.

    Args:
        files: of all pipelines.
        sharing_target: the target, where others may have files in the folder too.
    """
    own = _identities(files)
    families = {family(of) for of in own}
    if sharing_target is None:
        others = _others(files, folder)
    else:
        others = texts_of_target(files, folder, sharing_target)
    for name, text in others:
        if _is_of(families, text):
            is_left = identity_in(text) in own
            yield _leftover(name, text) if is_left else Difference(path=name, causes=("stray",))


def under_other_names(files: Sequence[File], folder: Path) -> Iterator[str]:
    """Yield the files in a folder that are of the same pipelines, which had another name then.

    Or which have it still, under other settings.
    """
    own = _identities(files)
    yield from (name for name, text in _others(files, folder) if identity_in(text) in own)


def _others(files: Sequence[File], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what else stands in a folder, with its text."""
    paths = {file.path for file in files}
    there = sorted(folder.rglob("*")) if folder.is_dir() else ()
    for path in (path for path in there if path.is_file() and not path.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if name not in paths:
            yield name, read_text(path) or ""


def is_removable(difference: Difference) -> bool:
    """Tell whether a leftover is as Shipway wrote it, so that nothing is lost with it."""
    return difference.causes == ("leftover",)


def _leftover(path: str, text: str) -> Difference:
    causes = ("leftover", "edited") if is_edited(text) else ("leftover",)
    return Difference(path=path, causes=causes, there=text)


def _identities(files: Iterable[File]) -> set[str]:
    return {of for file in files if (of := identity_in(file.text))}


def _is_of(families: Collection[tuple[str, tuple[str, ...]]], text: str) -> bool:
    """Tell whether Shipway made a text for one of these; earlier releases did not say for whom."""
    of = identity_in(text)
    return bool(sealed_digests(text)) and (of is None or family(of) in families)
