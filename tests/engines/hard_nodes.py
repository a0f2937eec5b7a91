"""Nodes by which a container is killed, fails or takes too much, wherever it runs."""

from __future__ import annotations

HARD_NODES = """
import time
from pathlib import Path


def first():
    return "first"


def wait_once(text):
    if not Path("waiting").exists():
        Path("waiting").touch()
        time.sleep(600)
    return f"{text}, in the end"


def fail():
    raise RuntimeError("this node fails on purpose")


def devour():
    return "x" * len(bytearray(2 * 2**30))


"""
