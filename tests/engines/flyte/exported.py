"""Projects exported for Flyte, to be run where they stand here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject

from .run_all import options_for


def export(project: KedroProject, settings: Mapping[str, Any] | None = None) -> Path:
    """Export in a process of its own, and return the folder of the modules."""
    own = {"targets": {"flyte": options_for(project)}}
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(overlay(own, dict(settings or {}))), encoding="utf-8")
    folder = project.path / "deploy" / "flyte"
    command = ["export", "flyte", "-o", str(folder), "--settings", str(file)]
    outcome = shipway(project.path, *command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder
