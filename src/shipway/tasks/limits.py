"""What Linux takes, wherever a task runs."""

from __future__ import annotations

LONGEST_ARGUMENT = 32 * 4096 - 1
"""Bytes of one argument of a process, or of one variable with its name; a NUL ends each.

Source: Linux, `MAX_ARG_STRLEN` (include/uapi/linux/binfmts.h), with pages of 4 KiB.
"""
LONGEST_NAME = 255
"""Bytes of a file's or folder's name. Source: Linux, `NAME_MAX` (include/uapi/linux/limits.h)."""


def is_too_long(word: str) -> bool:
    """Tell whether no process can be given an argument."""
    return len(word.encode(errors="surrogatepass")) > LONGEST_ARGUMENT
