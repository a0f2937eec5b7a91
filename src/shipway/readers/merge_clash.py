"""Where two files of a configuration hold a list and a mapping under one key.

OmegaConf merges neither over the other, and its error says nothing of where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shipway.errors import Finding
from shipway.readers.source_lines import texts_of
from shipway.settings.clashes import clashes
from shipway.settings.source import Path_, SettingsSource, find_places

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader


def merge_clashes(
    loader: AbstractConfigLoader, root: Path, section: str, error: BaseException
) -> list[Finding]:
    """Return what is wrong with each such key; nothing where an error is another one's."""
    if not (isinstance(error, TypeError) and str(error).startswith("Cannot merge ")):
        return []
    files = [(text, name, _document(text)) for name, text in texts_of(loader, root, section)]
    findings = [
        _finding(_place(keys, *one[:2]), _place(keys, *other[:2]), keys, kinds)
        for one, other in combinations(files, 2)
        for keys, kinds in clashes(one[2], other[2])
    ]
    return findings or [_of_files(name for _, name, _ in files)]


def _finding(before: str, after: str, keys: Path_, kinds: Sequence[str]) -> Finding:
    name = ".".join(map(str, keys))
    old, new = kinds
    return Finding(
        what=f"`{name}` is a {new} here and a {old} in {before}, and files are merged key by key: "
        "neither can be laid over the other.",
        where=f"{after}: {name}",
        remedy=f"Write a {old} here, or a {new} there.",
    )


def _of_files(names: Iterable[str]) -> Finding:
    """What to say where an interpolation hides of which kind a value is."""
    return Finding(
        what="One key holds a list and a mapping in two files, and files are merged key by key: "
        "neither can be laid over the other.",
        where=", ".join(names),
        remedy="Look at what they interpolate: write a list in all of them, or a mapping in all of "
        "them.",
    )


def _place(keys: Path_, text: str, file: str) -> str:
    place = SettingsSource(places=find_places(text, file)).place(keys)
    return place.rpartition(": ")[0] or file


def _document(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # told elsewhere
        return None
