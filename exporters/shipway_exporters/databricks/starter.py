"""A first section `targets.databricks` of the settings, and a first bundle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from shipway.artifacts.yaml_literals import scalar
from shipway.model import Project
from shipway.planner.plan import Plan

_TEXT = """\
  databricks:
    # The bundle is yours: its databricks.yml, beside pyproject.toml, takes the jobs in by
    # `include: [deploy/databricks/resources/*.yml]`.
    compute:
      default:
        environment:
          environment_version: "4"
          # Shipway's wheel in dist/, and what the project needs; paths start at the job's file.
          dependencies: [../../../dist/shipway-*.whl, "-r ../../../requirements.txt"]
"""
_FILES = """\
    # Local files stay on a volume of Unity Catalog alone: name one that holds the project, or let
    # the catalog name its files there (/Volumes/CATALOG/SCHEMA/VOLUME/…).
    project_dir: /Volumes/main/default/{name}
"""
_BUNDLE = """\
# The bundle of this project. `databricks bundle deploy` uploads it, with the jobs that
# `shipway export databricks` writes. This file is yours: nothing changes it.
bundle:
  name: {name}
include:
  - deploy/databricks/resources/*.yml
targets:
  dev:
    mode: development  # schedules are paused
    default: true
  prod:
    mode: production
"""
_BUNDLE_NAMES = {"databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"}
"""Source: Databricks CLI, `bundle/config/filename.go` (FileNames)."""


def starter(project: Project, plans: Sequence[Plan]) -> str:
    """See `shipway.targets.exporter.StartsSettings`."""
    files = _FILES if any(plan.files or plan.local_inputs for plan in plans) else ""
    return (_TEXT + files).format(name=_name(project))


def first_files(project: Project, existing: Collection[str]) -> Mapping[str, str]:
    """See `shipway.targets.exporter.StartsFiles`."""
    if _BUNDLE_NAMES & {*existing}:
        return {}
    return {"databricks.yml": _BUNDLE.format(name=scalar(_name(project)))}


def _name(project: Project) -> str:
    return project.name.strip("_").replace("_", "-") or "project"
