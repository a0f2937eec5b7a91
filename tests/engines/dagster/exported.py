"""Projects exported for Dagster, ready to be run there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject

from .run_all import run_env


def export(
    project: KedroProject,
    *args: str,
    settings: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
) -> Path:
    """Export into the project's own folder for Dagster, and return it.

    In a process of its own: a project's package may be imported only once in one. Tasks run in
    this process's own python, as the settings of the target say.
    """
    values = {"python": sys.executable, **(options or {})}
    content = overlay(dict(settings or {}), {"targets": {"dagster": values}})
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = shipway(project.path, "export", "dagster", "--settings", str(file), *args)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return project.path / "deploy" / "dagster"


def request(
    project: KedroProject,
    file: Path,
    values: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return what `run_jobs.py` takes for a run of the job that a file is called after."""
    return {
        "path": str(file),
        "job": file.stem,
        "values": dict(values or {}),
        "whole_form": False,
        "env": {**run_env(project), **(env or {})},
        **more,
    }
