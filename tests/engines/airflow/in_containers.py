"""Projects exported for tasks in containers, which see the project where it stands here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from scripts.containers import IMAGE

from shipway.settings.source import overlay
from tests.projects import KedroProject, kept

from .env import AirflowEnv
from .exported import VERSIONS


def container_settings(project: KedroProject, airflow: AirflowEnv, run_on: str) -> dict[str, Any]:
    """What makes tasks of a project run in the tests' image, with its folder mounted."""
    folder = str(project.path)
    return {
        "defaults": {
            "run_on": run_on,
            "image": IMAGE,
            "project_dir": folder,
            "env": {**kept(), "DO_NOT_TRACK": "1", "HOME": "/tmp", "MPLCONFIGDIR": "/tmp"},
            "volumes": [volume_of(project, run_on)],
        },
        "targets": {
            "airflow": {
                "version": VERSIONS[airflow.major],
                "python": sys.executable,
                "container": {"python": sys.executable},
                **({"network": "host"} if run_on == "docker" else {}),
            }
        },
    }


def volume_of(project: KedroProject, run_on: str) -> dict[str, str]:
    """The project's folder: of the machine on Docker, and a claim on Kubernetes."""
    folder = str(project.path)
    source = {"host_path": folder} if run_on == "docker" else {"claim": "project"}
    return {**source, "mount": folder}


def export_for(
    project: KedroProject,
    airflow: AirflowEnv,
    run_on: str,
    *words: str,
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """Export in a process of its own, and return the folder of the DAGs."""
    file = project.path / f"deploy-{run_on}.yml"
    values = overlay(container_settings(project, airflow, run_on), dict(settings or {}))
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    folder = project.path / "deploy" / f"airflow{airflow.major}-{run_on}"
    command = ["export", "airflow", "-o", str(folder), "--settings", str(file), *words]
    outcome = project.run("python", "-m", "shipway", *command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder
