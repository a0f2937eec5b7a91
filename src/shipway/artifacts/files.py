"""Artifacts: files with digests, written whole or not at all, and compared with what is there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shipway import __version__
from shipway.artifacts.identity import FOREIGN, refusal, why_foreign
from shipway.artifacts.lock import alone_in
from shipway.errors import Finding, OutputError

_LINE = re.compile(
    # In JSON it is an item of a list: a text in quotes, and a comma.
    r"^(?P<lead>[^\w\n]*)shipway:(?P<pairs>( [a-z]+=[\w.+-]+)+)(?=\"?,?\r?$)",
    re.MULTILINE,
)
_SEAL_PLACEHOLDER = "shipway: unsealed=yes"
_ENDING = ".shipway"


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of an artifact.

    Args:
        path: relative to the output folder, with forward slashes.
        text: its whole text; one line of it, made by `seal`, holds its digests.
    """

    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How a file on disk differs from what would be written.

    Args:
        causes: what changed since the file was made, of `missing`, `project`, `settings`,
            `shipway`, `template`, `edited`, `stray` and `leftover`; or why it is not ours, of
            `FOREIGN`.
        there: the text on disk; `None` when there is none.
        wanted: the text that would be written; empty where there is none any more.
    """

    path: str
    causes: tuple[str, ...]
    there: str | None = field(default=None, compare=False, repr=False)
    wanted: str = field(default="", compare=False, repr=False)


def seal_placeholder() -> str:
    """Return the line that a template puts in the header; `seal` puts the digests in its place."""
    return _SEAL_PLACEHOLDER


def seal(text: str, digests: Mapping[str, str]) -> str:
    """Put the digests into a text, among them that of the text itself without that line."""
    pairs = {**digests, "by": __version__, "text": _text_digest(text)}
    line = "shipway: " + " ".join(f"{k}={v}" for k, v in pairs.items())
    # Once: a template may show the words again, in a text of the project's.
    return text.replace(_SEAL_PLACEHOLDER, line, 1)


def sealed_digests(text: str) -> dict[str, str]:
    """Return the digests in a text; empty when Shipway did not make it."""
    match = _LINE.search(text)
    pairs = match["pairs"].split() if match else []
    return dict(pair.split("=", 1) for pair in pairs)


def check_own(differences: Iterable[Difference], folder: Path) -> None:
    """Check that all files that would be replaced are of the same project and pipeline.

    Raises:
        OutputError: with one finding for every file that is not.
    """
    findings = [
        refusal(cause, (folder / difference.path).as_posix(), difference.there or "")
        for difference in differences
        for cause in difference.causes
        if cause in FOREIGN
    ]
    if findings:
        raise OutputError(*findings)


def write(
    files: Sequence[File], folder: Path, *, only_own: bool = False, leftovers: Iterable[str] = ()
) -> None:
    """Write all files, or leave the folder as it was.

    Every file is first written out beside its place; only then are they moved into place, and
    when one move fails, those before it are undone. Of two exports into one folder, one waits for
    the other. A symbolic link stays one: the file that it points to is written.

    Args:
        only_own: whether a file that another project or a hand has made is left alone.
        leftovers: paths of files to remove, of the same pipelines.

    Raises:
        OutputError: the folder or a file in it cannot be written, or is not ours.
    """
    temporaries: dict[Path, Path] = {}
    new_folders: list[Path] = []
    place = folder
    try:
        _make_folder(folder, new_folders)
        with alone_in(folder):
            check_own(compare(files, folder) if only_own else (), folder)
            for file in files:
                place = folder / file.path
                # A rename onto a symbolic link would replace the link (POSIX, `rename`).
                target = Path(os.path.realpath(place))
                _make_folder(target.parent, new_folders)
                # Safe only under the lock: nobody else's temporary file can be in use.
                _sweep(target)
                _stage(file.text, target, temporaries)
            _move(temporaries, [folder / path for path in leftovers])
    except OSError as error:
        raise OutputError(
            Finding(
                what=f"The artifact cannot be written: {error.strerror or error}.",
                where=str(place),
                remedy="Nothing was changed. Give a folder that can be written, with --output DIR.",
            )
        ) from error
    finally:
        _clean_up(temporaries.values(), new_folders)


def compare(files: Iterable[File], folder: Path) -> tuple[Difference, ...]:
    """Return how the folder differs from `files`; empty when it does not."""
    differences = (_compare(file, folder) for file in files)
    return tuple(difference for difference in differences if difference)


def _compare(file: File, folder: Path) -> Difference | None:
    old = read_text(folder / file.path)
    if old == file.text:
        return None
    causes = _causes(old, file.text)
    return Difference(path=file.path, causes=causes, there=old, wanted=file.text)


def _causes(old_text: str | None, new_text: str) -> tuple[str, ...]:
    if old_text is None:
        return ("missing",)
    old, new = sealed_digests(old_text), sealed_digests(new_text)
    # Whose a file is comes first: digests of another project's file say nothing of ours.
    if foreign := why_foreign(old_text, new_text, is_sealed=bool(old)):
        return (foreign,)
    if not old:
        return ("edited",)
    causes = [key for key in ("project", "settings") if old.get(key) != new.get(key)]
    if old.get("by") != new.get("by"):
        causes.append("shipway")
    if not causes and old.get("plan") != new.get("plan"):
        causes.append("settings")  # the same ones, for other nodes
    if is_edited(old_text):
        causes.append("edited")
    return tuple(causes or ["template"])


def is_edited(text: str) -> bool:
    """Tell whether a hand has changed a text since Shipway sealed it."""
    return _text_digest(text) != sealed_digests(text).get("text")


def _text_digest(text: str) -> str:
    # A digest cannot be part of what it is of.
    without_seal = _LINE.sub("", text, count=1)
    return hashlib.sha256(without_seal.encode()).hexdigest()[:12]


def read_text(path: Path) -> str | None:
    """Return the text of a file, with the line ends that it was written with.

    Git changes them in a checkout where it is told to (`core.autocrlf`, `.gitattributes`).
    """
    try:
        # What is no UTF-8 is not ours, but must still be shown in a diff.
        return path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise OutputError(
            Finding(what=f"The file cannot be read: {error.strerror}.", where=str(path))
        ) from error


def _make_folder(folder: Path, new_folders: list[Path]) -> None:
    """Make a folder and those above it, adding each to `new_folders`."""
    if not folder.exists():
        _make_folder(folder.parent, new_folders)
        folder.mkdir(exist_ok=True)
        new_folders.append(folder)


def _sweep(place: Path) -> None:
    """Remove what an export that was killed has left beside a file's place."""
    for left in place.parent.glob(f"{_beginning(place)}*{_ENDING}"):
        left.unlink()


def _beginning(place: Path) -> str:
    """How the temporary file of a place is called; its own name may have the most bytes already."""
    return f".{hashlib.sha256(place.name.encode()).hexdigest()[:16]}."


def _clean_up(temporaries: Iterable[Path], new_folders: Sequence[Path]) -> None:
    """Remove what was not moved into place, and the folders that were made for nothing."""
    for temporary in temporaries:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    # From the inside out: a folder can be removed only when it is empty.
    for folder in reversed(new_folders):
        with contextlib.suppress(OSError):
            folder.rmdir()  # which leaves a folder that holds something


def _stage(text: str, place: Path, temporaries: dict[Path, Path]) -> None:
    if place.is_dir():
        raise IsADirectoryError(21, "there is a folder in its place", str(place))
    # Beside its place: a rename is atomic only within one file system (Python, `os.replace`).
    handle, name = tempfile.mkstemp(_ENDING, _beginning(place), place.parent)
    temporaries[place] = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        # Else a crash after the rename may leave an empty file under the final name.
        os.fsync(stream.fileno())
    # `mkstemp` makes files for their owner alone, and a scheduler may be another user.
    Path(name).chmod(_mode(place))


def _mode(place: Path) -> int:
    if place.exists():
        return place.stat().st_mode & 0o777
    # The mask can be read only by setting it (POSIX, `umask`).
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _move(temporaries: Mapping[Path, Path], leftovers: Sequence[Path]) -> None:
    places = (*temporaries, *leftovers)
    before = {place: place.read_bytes() if place.exists() else None for place in places}
    destinations: list[Path] = []
    try:
        for place, temporary in temporaries.items():
            temporary.replace(place)
            destinations.append(place)
        for place in leftovers:
            place.unlink(missing_ok=True)
            destinations.append(place)
    except BaseException:  # Ctrl-C too
        for place in destinations:
            _restore(place, before[place])
        raise


def _restore(place: Path, content: bytes | None) -> None:
    if content is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(content)
