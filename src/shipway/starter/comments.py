"""Comments of a YAML file: one idea each, wrapped, and never more than a comment."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

_WIDTH = 92
_MOST_NAMES = 6


def comment(text: str, indent: int) -> str:
    """Return a text as lines of comments, whatever the names in it hold."""
    # What ends a line, or is no character of YAML, would end the comment or spoil the file.
    plain = "".join(char if char.isprintable() else " " for char in text)
    start = f"{' ' * indent}# "
    lines = textwrap.wrap(
        plain, _WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False
    )
    return "".join(f"{line}\n" for line in lines)


def listing(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - _MOST_NAMES
    text = ", ".join(names[:_MOST_NAMES])
    return f"{text} and {more} more" if more > 0 else text
