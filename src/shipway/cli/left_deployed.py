"""What files on disk have deployed and new ones do not, where a target keeps it deployed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import yaml

from shipway.artifacts.files import read_text
from shipway.artifacts.identity import FOREIGN
from shipway.cli.exported import TargetExport
from shipway.targets.exporter import Exporter, LeavesDeployed

_OTHER_SHAPE = (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError)
"""What looking for a name raises in a document that is no YAML, or no such document."""


def left_deployed(item: TargetExport, exporter: Exporter) -> Iterator[str]:
    """Yield a note for each thing that is made no more, with the command that removes it."""
    if not isinstance(exporter, LeavesDeployed):
        return
    old = _removals(exporter, _old_texts(item))
    new = _removals(exporter, ((file.path, file.text) for file in item.files))
    # Of templates of the user's own, and of files that somebody has edited, nothing may be known.
    if old is not None and new is not None:
        yield from (_note(what, command) for what, command in old.items() if what not in new)


def _note(what: str, command: str) -> str:
    return f"No file makes {what} any more. Where it is deployed, it stays until `{command}`."


def _old_texts(item: TargetExport) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each differing file on disk, but for those of others."""
    for difference in item.differences:
        if not FOREIGN.keys() & set(difference.causes):
            text = difference.there or read_text(item.folder / difference.path)
            if text:
                yield difference.path, text


def _removals(
    exporter: LeavesDeployed, texts: Iterable[tuple[str, str]]
) -> Mapping[str, str] | None:
    """Return what files deploy, each with its command; `None` where one cannot be read."""
    result: dict[str, str] = {}
    try:
        for path, text in texts:
            result |= exporter.removals(path, text)
    except _OTHER_SHAPE:
        return None
    return result
