"""Files of one target in a folder that somebody named: it may hold others' files, and many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shipway.artifacts.files import File, read_text, sealed_digests
from shipway.artifacts.identity import identity_in, target_in
from shipway.errors import OutputError

SUFFIXES = frozenset({".cfg", ".json", ".py", ".yaml", ".yml"})
"""How the names of artifacts end; a folder may hold many other files."""


def texts_of_target(files: Sequence[File], folder: Path, target: str) -> Iterator[tuple[str, str]]:
    """Yield what else stands in a folder of the target's artifacts, with its text.

    Only the levels that the target's own paths have are read: the folder may be a whole disk's.
    """
    paths = {file.path for file in files}
    texts = {**_texts(files, folder), **{file.path: file.text for file in files}}
    for name, text in sorted(texts.items()):
        if name not in paths and _is_of(target, name, text, texts):
            yield name, text


def _texts(files: Sequence[File], folder: Path) -> dict[str, str]:
    """Return the texts that Shipway made, by path, of the levels where these files stand."""
    levels = {file.path.count("/") for file in files}
    places = (path for level in levels for path in folder.glob("*/" * level + "*"))
    return {
        path.relative_to(folder).as_posix(): text
        for path in places
        if path.suffix in SUFFIXES and not path.is_symlink() and path.is_file()
        if (text := _text_or_nothing(path)) and identity_in(text) and sealed_digests(text)
    }


def _text_or_nothing(path: Path) -> str:
    """What may not be read is somebody else's, and no reason to export nothing."""
    try:
        return read_text(path) or ""
    except OutputError:
        return ""


def without_others(texts: Mapping[str, str], target: str) -> dict[str, str]:
    """Return texts by path, without those that are another target's as their headers say."""
    return {
        name: text
        for name, text in texts.items()
        if not identity_in(text) or _targets(name, text, texts) <= {target}
    }


def _is_of(target: str, name: str, text: str, texts: Mapping[str, str]) -> bool:
    return _targets(name, text, texts) == {target}


def _targets(name: str, text: str, texts: Mapping[str, str]) -> set[str]:
    """Return the target of a text: it says so, or all that say it beside it do.

    A schedule of its own and a template of a pool name no export.
    """
    own = target_in(text)
    if own is not None:
        return {own}
    beside = (
        target_in(other)
        for path, other in texts.items()
        if _parent(path) == _parent(name) and identity_in(other) == identity_in(text)
    )
    return {target for target in beside if target}


def _parent(name: str) -> str:
    return name.rpartition("/")[0]
