"""A first section `targets.prefect` of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model import Project
from shipway.planner.plan import Plan
from shipway_exporters.values.worker_python import starter_lines

_TEXT = """\
  prefect:
    work_pool: {name: default, type: process}  # types docker and kubernetes want an image
"""


def starter(project: Project, _plans: Sequence[Plan]) -> str:
    """See `shipway.targets.exporter.StartsSettings`."""
    return _TEXT + starter_lines(project.name)
