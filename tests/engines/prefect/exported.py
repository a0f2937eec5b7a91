"""Projects exported for Prefect, ready to be run there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject, kept

from .embedded import Result, run_flow, run_flow_on
from .env import PrefectEnv
from .server import PrefectServer


def export(
    project: KedroProject,
    *args: str,
    settings: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
) -> Path:
    """Export into the project's own folder for Prefect, and return it.

    In a process of its own: a project's package may be imported only once in one. Tasks run in
    this process's own python, as the settings of the target say; `{"python": None}` leaves it out.
    """
    values = {"python": sys.executable, **(options or {})}
    target = {"targets": {"prefect": {k: v for k, v in values.items() if v is not None}}}
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(overlay(dict(settings or {}), target)), encoding="utf-8")
    words = ["export", "prefect", "--settings", str(file), *args]
    outcome = shipway(project.path, *words)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return project.path / "deploy" / "prefect"


def run_env(project: KedroProject) -> dict[str, str]:
    """What must hold where the project's tasks run."""
    return {**kept(), f"{project.package.upper()}_ROOT": str(project.path)}


def run(
    prefect: PrefectEnv,
    project: KedroProject,
    flow: Path,
    timeout: float = 300,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run an exported flow with the embedded server, with more of its environment."""
    return run_flow(prefect, flow, more={**run_env(project), **(env or {})}, timeout=timeout)


def run_on(server: PrefectServer, project: KedroProject, flow: Path) -> Result:
    """Run an exported flow with a server that is there; to start one takes as long as to run it."""
    return run_flow_on(server, flow, more=run_env(project))
