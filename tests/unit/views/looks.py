"""Plans to look at, and names that try to be more than text."""

from __future__ import annotations

from typing import Any

from shipway.model import Project
from shipway.views.graph import View, view_of
from tests.unit.planner.build_ir import node, plan, project

HOSTILE = (
    'say "end"',
    "end",
    "</script><script>alert(1)</script>",
    "<!-- put: script -->",
    "a[b]{c}(d)|e|",
    "line\nbreak",
    "back\\slash\\N",
    "&lt;&amp;#quot;;",
    "`tick` ``two``",
    "Zürich 東京 🚢",
    "click t0 href",
    "%%{init: {}}%%",
    "__proto__",
    "\u2028sep",
)
"""Names of nodes; Kedro allows most of them, and a view must not depend on which."""
HOSTILE_TASKS = tuple(name.replace("\n", "_") for name in HOSTILE)
"""The names of their tasks, of which each is a line."""


def view(of: Project, **settings: Any) -> View:
    """A project's plan as views show it."""
    return view_of(plan(of, settings), of)


def diamond() -> Project:
    """Four tasks of which two could run at once; the first two nodes share one."""
    return project(
        node("in.load", "raw", "table", namespace="in"),
        node("in.clean", "table", "clean", namespace="in", tags=("etl",)),
        node("left", "clean params:seed", "l"),
        node("right", "clean", "r"),
        node("join", "l r", "report"),
        memory="table",
        parameters={"seed": 7},
    )


def hostile() -> Project:
    """A chain of nodes with hostile names."""
    return project(
        *(
            node(name, f"d{index}", f"d{index + 1}", doc=name, tags=(f"tag {name}",))
            for index, name in enumerate(HOSTILE)
        )
    )
