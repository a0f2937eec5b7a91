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
    # Templates of the user's own, and files that somebody has edited, may say anything.
    with suppress(Exception):
        if isinstance(exporter, LeavesDeployed) and (old := _old(item, exporter)):
            new = {what for f in item.files for what in exporter.removals(f.path, f.text)}
            yield from (_note(what, old[what]) for what in old if what not in new)


def _note(what: str, command: str) -> str:
    return f"No file makes {what} any more. Where it is deployed, it stays until `{command}`."


def _old(item: TargetExport, exporter: LeavesDeployed) -> Mapping[str, str]:
    """Return what differing files on disk deploy, but for those of others."""
    result: dict[str, str] = {}
    for difference in item.differences:
        if not FOREIGN.keys() & set(difference.causes):
            text = difference.there or read_text(item.folder / difference.path) or ""
            with suppress(Exception):
                result |= exporter.removals(difference.path, text)
    return result
