"""Mistakes in a document, and what a message may show of the values that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.secrecy import SECRET_VALUE, why_secret

DocumentPath = tuple["str | int", ...]
"""Where a value stands in a document: keys and list positions from the top."""


@dataclass(frozen=True)
class Problem:
    """A mistake in a document, by its path there.

    It is no `shipway.errors.Finding`, which is for people: a shape and a rule know the document and
    not whose it is. Whoever does makes findings of problems, by their path: with the file and the
    line for `deploy.yml`, with the setting for options of a target, with the file's name for one
    that was rendered. The path also sorts them, in the order of the document.

    Args:
        unknown_key: the key, where the mistake is that none of this name is known there.
    """

    path: DocumentPath
    what: str
    remedy: str | None = None
    unknown_key: str | None = None


def is_secret(value: Any, path: DocumentPath) -> bool:
    """Tell whether a value is not for messages: by where it stands, or by what it holds."""
    return why_secret([str(part) for part in path], value) is not None


def display(value: Any, path: DocumentPath = ()) -> str:
    """Return a value as the subject of a sentence, shortened; no secret."""
    if isinstance(value, Mapping):
        return "A mapping"
    if isinstance(value, list):
        return "A list"
    if value is None:
        return "nothing"
    if why := why_secret([str(part) for part in path], value):
        # Where a secret may stand, a plain word is none for sure, and yet not shown.
        verb = "looks like" if why == SECRET_VALUE else "may be"
        return f"The value (not shown, as it {verb} a secret)"
    # As YAML has them, and so that nothing at all can be seen.
    text = str(value).lower() if isinstance(value, bool) else f"{value}" or '""'
    # Short enough that the sentence around it fits a terminal's line.
    return f"`{text}`" if len(text) <= 58 else f"`{text[:56]}…`"
