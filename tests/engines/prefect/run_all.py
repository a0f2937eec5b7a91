"""Run many pipelines on Prefect's embedded server, one process for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.projects import KedroProject

from .env import prefect_env
from .exported import export, run_env
from .records import flow_runs


def run_all(
    project: KedroProject, settings: Mapping[str, Any], pipelines: Sequence[str], scratch: Path
) -> None:
    """Export all, and run each; all must complete."""
    folder = export(project, "--all", settings=settings)
    prefect = prefect_env(scratch)
    script = Path(__file__).with_name("run_flows.py")
    entrypoints = [_entrypoint(folder, f"{project.package}_{name}") for name in pipelines]
    home = prefect.home()
    timeout = 120 + 30 * len(pipelines)
    done = prefect.run(home, [script, *entrypoints], more=run_env(project), timeout=timeout)
    states = [run.state for run in flow_runs(home).values()]
    assert states == ["COMPLETED"] * len(pipelines), done.stdout


def _entrypoint(folder: Path, flow: str) -> str:
    text = (folder / flow / "prefect.yaml").read_text(encoding="utf-8")
    (deployment,) = yaml.safe_load(text)["deployments"]
    return f"{folder / flow / 'flow.py'}:{deployment['entrypoint'].rpartition(':')[2]}"
