"""Finding the user's own line in an exception that their project raised."""

from __future__ import annotations

import re
import traceback
from functools import lru_cache
from pathlib import Path

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)', re.MULTILINE)


@lru_cache(maxsize=4096)
def relative(file: str, project: Path) -> str | None:
    """Return `file` relative to the project, or `None` when it lies outside."""
    if file.startswith("<"):  # no file: `<string>`, `<frozen importlib._bootstrap>`
        return None
    try:
        path = Path(file).resolve().relative_to(project.resolve())
    except (ValueError, OSError):
        return None
    return None if "site-packages" in path.parts else path.as_posix()


def own_frame(error: BaseException, project: Path) -> str | None:
    """Return `file:line` of the innermost frame of `error` that lies in the project."""
    place = None
    for link in _chain(error):
        for frame in traceback.extract_tb(link.__traceback__):
            place = _place(frame.filename, frame.lineno, project) or place
        if isinstance(link, SyntaxError) and link.filename:
            place = _place(link.filename, link.lineno, project) or place
    return place


def own_frame_of_text(text: str, project: Path) -> str | None:
    """Return the same from a formatted traceback, as Kedro keeps it in a warning."""
    place = None
    for match in _FRAME.finditer(text):
        place = _place(match["file"], int(match["line"]), project) or place
    return place


def summary(error: BaseException, project: Path | None = None) -> str:
    """Return the error's type and message on one line, with paths relative to the project."""
    message = " ".join(str(error).split())
    if project is not None:
        message = message.replace(f"{project.as_posix()}/", "")
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.insert(0, link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return links[::-1]


def _place(file: str, line: int | None, project: Path) -> str | None:
    path = relative(file, project)
    return f"{path}:{line}" if path else None
