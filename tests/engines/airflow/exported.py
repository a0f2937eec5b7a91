"""Projects exported for one of the Airflows, ready to be loaded and run there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.settings.source import overlay
from tests.projects import KedroProject, kept

from .env import AirflowEnv
from .inprocess import RunResult, dags_test
from .load import LoadedDag, LoadedTask, load_dags
from .observe_containers import job_of_container

VERSIONS = {2: "2.11", 3: "3"}


def export(
    project: KedroProject,
    airflow: AirflowEnv,
    *args: str,
    settings: Mapping[str, object] | None = None,
) -> Path:
    """Export for this Airflow into a folder of the project, and return it.

    Tasks run in this process's own python, as the settings of the target say.
    """
    target = {
        "targets": {"airflow": {"version": VERSIONS[airflow.major], "python": sys.executable}}
    }
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(overlay(dict(settings or {}), target)), encoding="utf-8")
    folder = project.path / "deploy" / f"airflow{airflow.major}"
    words = ["export", "airflow", "-o", str(folder), "--settings", str(file)]
    result = project.shipway(*words, *args)
    assert result.exit_code == 0, result.output
    return folder


def load(folder: Path, airflow: AirflowEnv) -> LoadedDag:
    """Load the only DAG of a folder; it must load without error and without warning."""
    return load_dags(airflow, folder).dag()


def run_env(project: KedroProject) -> dict[str, str]:
    """What a worker's environment must hold for the project's tasks."""
    return {
        **kept("HOME"),
        f"{project.package.upper()}_ROOT": str(project.path),
        "KEDRO_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }


def run(
    project: KedroProject,
    airflow: AirflowEnv,
    folder: Path,
    conf: Mapping[str, object] | None = None,
    dag_id: str | None = None,
    env: Mapping[str, str] | None = None,
) -> RunResult:
    """Run a DAG of a folder in one process; it must exist.

    Args:
        env: more of the worker's environment.
    """
    env = {**run_env(project), **(env or {})}
    return dags_test(airflow, folder, dag_id or project.package, conf, env)


def nodes_of(dag: LoadedDag) -> dict[str, tuple[str, ...]]:
    """The Kedro nodes that each task runs."""
    return {name: tuple(job_of(task)["nodes"]) for name, task in dag.tasks.items()}


def job_of(task: LoadedTask) -> Mapping[str, Any]:
    """What a task runs: its job, or where it calls `kedro run` its own arguments."""
    if task.operator in ("DockerOperator", "KubernetesPodOperator"):
        return job_of_container(task)
    actual: Mapping[str, Any] = task.attributes.get("job", task.attributes)
    return actual
