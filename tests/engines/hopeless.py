"""A project of two nodes that both fail: one may be mended by another try, and one not."""

from __future__ import annotations

import re
from pathlib import Path

from tests.projects import KedroProject, make_project, text_file

NODES = """
import warnings


def fail():
    warnings.warn("take care")
    raise RuntimeError("the next try may be lucky")


def drift():
    return "no other pipeline is run"
"""
REGISTRY = """
drift = node(f.drift, None, "drifted", name="drift")
fail = node(f.fail, None, "failed", name="fail")
return {"__default__": pipeline([drift, fail]), "smaller": pipeline([drift])}
"""


def hopeless_project(folder: Path) -> KedroProject:
    """Write it."""
    catalog = {name: text_file(f"{name}.txt") for name in ("drifted", "failed")}
    return make_project(folder, REGISTRY, nodes=NODES, catalog=catalog)


def of_another_pipeline(text: str, name: str = "smaller") -> str:
    """Return emitted Python whose pipeline of a name is then another than the one that is there."""
    change, count = re.subn(rf'("{name}": ")\w+"', r'\1another"', text)
    assert count == 1
    return change
