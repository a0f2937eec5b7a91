"""Text measured in the cells of a terminal, where some characters take two and some none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def width(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(map(_width, text))


def padded(text: str, cells: int) -> str:
    """Return the text with blanks after it, so that it takes that many cells."""
    return text + " " * (cells - width(text))


def wrapped(words: list[str], cells: int, indent: int) -> Iterator[str]:
    """Yield lines of words; a word that is longer than a line goes on in the next.

    Args:
        cells: the longest line.
        indent: blanks before every line but the first.
    """
    line, start = "", ""
    for word in words:
        for piece in _pieces(word, cells - indent):
            longer = f"{line} {piece}" if line.strip() else f"{start}{piece}"
            if line.strip() and width(longer) > cells:
                yield line
                start = " " * indent
                longer = f"{start}{piece}"
            line = longer
    yield line


def _pieces(word: str, cells: int) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and width(piece + character) > cells:
            yield piece
            piece = ""
        piece += character
    yield piece


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cc", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
