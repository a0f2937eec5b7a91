"""A first section `targets.databricks` of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model import Project
from shipway.planner.plan import Plan

_TEXT = """\
  databricks:
    # The bundle is yours: its databricks.yml, beside pyproject.toml, takes the jobs in by
    #     bundle: {{name: {name}}}
    #     include: [deploy/databricks/resources/*.yml]
    #     targets: {{dev: {{mode: development, default: true}}}}
    compute:
      default:
        environment:
          environment_version: "4"
          # Shipway, and what the project needs; paths start at the file of the job.
          dependencies: [shipway, "-r ../../../requirements.txt"]
"""
_FILES = """\
    # Local files stay on a volume of Unity Catalog alone: name one that holds the project, or let
    # the catalog name its files there (/Volumes/CATALOG/SCHEMA/VOLUME/…).
    project_dir: /Volumes/main/default/{name}
"""


def starter(project: Project, plans: Sequence[Plan]) -> str:
    """See `shipway.targets.exporter.StartsSettings`."""
    name = project.name.strip("_").replace("_", "-") or "project"
    files = _FILES if any(plan.files or plan.local_inputs for plan in plans) else ""
    return (_TEXT + files).format(name=name)
