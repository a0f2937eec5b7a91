"""A file of another day's project, read without the plan that gave it."""

from __future__ import annotations

import ast

from shipway.artifacts.readback import Contents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan
from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.readback import contents


def contents_of(plan: Plan, text: str) -> Contents:
    """Return what a file says, whole.

    Args:
        plan: that of the same pipeline today.
    """
    other = stand_in(plan, {}, name=plan.name, options=plan.options)
    return contents(other, ParsedFile(ast.parse(text)))
