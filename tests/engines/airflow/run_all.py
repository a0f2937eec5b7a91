"""Run many pipelines under one scheduler of Airflow 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.projects import KedroProject

from .env import airflow_env
from .exported import export, run_env
from .stack import AirflowStack


def run_all(
    project: KedroProject, settings: Mapping[str, Any], pipelines: Sequence[str], scratch: Path
) -> None:
    """Export all, and run each; all must succeed."""
    airflow = airflow_env(3, scratch)
    dags = export(project, airflow, "--all", settings=settings)
    with AirflowStack(airflow, dags, run_env(project)) as stack:
        names = [f"{project.package}_{name}" for name in pipelines]
        runs = {name: stack.trigger(name) for name in names}
        for name, run_id in runs.items():
            result = stack.wait(name, run_id, timeout=120 + 30 * len(pipelines))
            failed = [task for task, held in result.tasks.items() if held.state == "failed"]
            assert result.state == "success", [stack.task_log(name, run_id, t) for t in failed]
