"""Lets one export at a time write into a folder, by what the standard library has of the system."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

_FILE = ".shipway-lock"
"""The file that is locked where a folder itself cannot be opened; it ends with the export."""
_PAUSE = 0.1
"""Seconds between two attempts, where the system itself does not wait."""


def alone_in(folder: Path) -> AbstractContextManager[None]:
    """Return what keeps other exports out of a folder, while it is entered; they wait.

    Some network file systems know no locks; an export goes on without.
    """
    try:
        import fcntl  # noqa: F401 - Python has it on POSIX alone
    except ImportError:
        return _by_file(folder / _FILE)
    return _by_folder(folder)


@contextlib.contextmanager
def _by_folder(folder: Path) -> Iterator[None]:
    """No file is left behind, and none is in the way of who removes the folder."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _by_file(file: Path) -> Iterator[None]:
    """Windows opens no folder, and locks bytes of a file (Python, `msvcrt.locking`)."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        _wait_for(handle)
        yield
    finally:
        os.close(handle)
        # Windows removes no file that another export waits for with it open; that one does.
        with contextlib.suppress(OSError):
            file.unlink()


def _wait_for(handle: int) -> None:
    while not _is_ours(handle):
        time.sleep(_PAUSE)


def _is_ours(handle: int) -> bool:
    """Lock the file, or tell that another has it; where no locks are known, it is ours at once."""
    import msvcrt

    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        # What a lock that is taken gives, and nothing else (Microsoft, `_locking`).
        return error.errno != errno.EACCES
    return True
