"""The three streams of a task, whatever the one that started it has made of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def open_missing() -> None:
    """Open what was closed at the start: else the next file that is opened takes its place."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:  # the lowest that is free
        os.set_inheritable(number, True)
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def detach_stdin() -> int:
    """Return a descriptor of standard input, in whose place nodes then find one that is empty."""
    number = os.dup(0)
    with Path(os.devnull).open(encoding="utf-8") as empty:
        os.dup2(empty.fileno(), 0)
    return number
