"""Projects exported for Luigi, ready to be run there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject, kept


def export(
    project: KedroProject,
    *args: str,
    settings: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
) -> Path:
    """Export into the project's own folder for Luigi, and return it.

    Tasks run in this process's own python, as the settings of the target say.
    """
    values = {"python": sys.executable, **(options or {})}
    content = overlay(dict(settings or {}), {"targets": {"luigi": values}})
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = shipway(project.path, "export", "luigi", "--settings", str(file), *args)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return project.path / "deploy" / "luigi"


def run_env(project: KedroProject) -> dict[str, str]:
    """What must hold where the project's tasks run."""
    return {**kept(), f"{project.package.upper()}_ROOT": str(project.path)}
