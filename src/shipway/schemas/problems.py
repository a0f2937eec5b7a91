"""Mistakes in a document, and what a message may show of the values that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.secrecy import why_secret

At = tuple["str | int", ...]
"""Where a value stands: keys and list positions from the top."""


@dataclass(frozen=True)
class Problem:
    """A mistake in a document: where it stands, what it is, what to do."""

    at: At
    what: str
    remedy: str | None = None


def is_secret(value: Any, at: At) -> bool:
    """Tell whether a value is not for messages: by where it stands, or by what it holds."""
    return why_secret([str(part) for part in at], value) is not None


def shown(value: Any, at: At = ()) -> str:
    """Return a value as the subject of a sentence, shortened; no secret."""
    if isinstance(value, Mapping):
        return "A mapping"
    if isinstance(value, list):
        return "A list"
    if value is None:
        return "nothing"
    if is_secret(value, at):
        return "The value (not shown, as it looks like a secret)"
    text = f"{value}"
    return f"`{text}`" if len(text) <= 58 else f"`{text[:56]}…`"
