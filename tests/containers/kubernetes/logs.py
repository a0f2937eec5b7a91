"""What a container has printed, as its runtime has written it down.

Each line of the file is TIME STREAM F|P TEXT, where P is a part whose end follows (the format of
Kubernetes's container runtimes, which podman calls k8s-file).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

PAUSE = 0.05


def written(file: Path, *, timestamps: bool = False, since: datetime | None = None) -> list[str]:
    """Return the lines up to now, each with its end."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return list(_printed(text.splitlines(keepends=True), timestamps, since))


def followed(
    file: Path, ended: Callable[[], bool], *, timestamps: bool, since: datetime | None
) -> Iterator[str]:
    """Yield the lines as they come, until the container has ended."""
    while not file.exists():
        if ended():
            return
        time.sleep(PAUSE)
    with file.open(encoding="utf-8", errors="replace", newline="\n") as stream:
        last, rest = False, ""
        while True:
            last = ended()  # asked before the rest is read
            *lines, rest = (rest + stream.read()).split("\n")
            yield from _printed([f"{line}\n" for line in lines], timestamps, since)
            if last:
                return
            time.sleep(PAUSE)


def _printed(lines: list[str], timestamps: bool, since: datetime | None) -> Iterator[str]:
    whole = True
    for line in lines:
        moment, _, kind, text = line.split(" ", 3)
        if since and _second(moment) < since:
            continue
        head = f"{moment.replace('+00:00', 'Z')} " if timestamps and whole else ""
        whole = kind == "F"
        yield head + (text if whole else text.removesuffix("\n"))


def _second(moment: str) -> datetime:
    # Python 3.10 reads microseconds, but no nanoseconds.
    return datetime.fromisoformat(moment[:26] + moment[29:]).replace(microsecond=0)
