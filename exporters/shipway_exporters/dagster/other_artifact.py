"""A file of another day's project, read without the plan that gave it."""

from __future__ import annotations

from shipway.artifacts.readback import Contents
from shipway.planner.plan import Plan
from shipway_exporters.dagster.readback import read_back


def contents_of(plan: Plan, text: str) -> Contents:
    """Return what a file says, whole.

    Args:
        plan: that of the same pipeline today.
    """
    return read_back(plan, text).contents()
