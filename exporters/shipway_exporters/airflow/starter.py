"""A first section `targets.airflow` of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model import Project
from shipway.planner.plan import Plan
from shipway_exporters.values.worker_python import starter_lines

_TEXT = """\
  airflow:
    version: "3"  # or "2.11", "3.0", "3.1"
    run_on: local  # tasks are processes of the worker; docker and kubernetes want an image
"""


def starter(project: Project, _plans: Sequence[Plan]) -> str:
    """See `shipway.targets.exporter.StartsSettings`."""
    return _TEXT + starter_lines(project.name)
