"""What Docker would refuse of a volume, said as the artifact is written."""

from __future__ import annotations

import re

from shipway.schemas.problems import display
from shipway.settings.values import Volume

# `github.com/moby/moby`, names.RestrictedNamePattern.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

_NAMES = "Write two or more letters, digits, `_`, `.` and `-`"


def volume_fault(volume: Volume) -> tuple[str, str] | None:
    """Return what is wrong with a volume of Docker's, and what to do; `None` where nothing is."""
    if volume.kind == "empty_dir" and not volume.medium:
        return (
            "A container of Docker has a disk of its own, which ends with it.",
            f"Leave the volume at {volume.mount} out, or set `empty_dir: {{medium: Memory}}`.",
        )
    if volume.kind == "claim" and not _NAME.fullmatch(volume.source):
        what = f"Docker has no volume of the name {display(volume.source)}."
        return what, f"{_NAMES}; a folder of the machine is `host_path`."
    return None
