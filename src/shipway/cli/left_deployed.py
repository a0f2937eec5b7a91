"""What files on disk have deployed and new ones do not, where a target keeps it deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from shipway.artifacts.files import read_text
from shipway.artifacts.identity import FOREIGN
from shipway.cli.exported import TargetExport
from shipway.targets.exporter import Exporter, LeavesDeployed


def left_deployed(item: TargetExport, exporter: Exporter) -> Iterator[str]:
    """Yield a note for each thing that is made no more, with the command that removes it."""
    if not isinstance(exporter, LeavesDeployed) or not (old := _old(item, exporter)):
        return
    new = {what for file in item.files for what in exporter.removals(file.path, file.text)}
    for what, command in old.items():
        if what not in new:
            is_left = "Where it is deployed, it stays until"
            yield f"No file makes {what} any more. {is_left} `{command}`."


def _old(item: TargetExport, exporter: LeavesDeployed) -> Mapping[str, str]:
    """Return what differing files on disk deploy, but for those of others."""
    result: dict[str, str] = {}
    for difference in item.differences:
        if not FOREIGN.keys() & set(difference.causes):
            text = difference.there or read_text(item.folder / difference.path) or ""
            # Somebody may have edited it, so that the target itself cannot read it.
            with suppress(Exception):
                result |= exporter.removals(difference.path, text)
    return result
