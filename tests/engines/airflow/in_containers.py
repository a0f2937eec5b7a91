"""Projects exported for tasks in containers, which see the project where it stands here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from scripts.containers import IMAGE

from shipway.settings.source import overlay
from tests.containers.kubernetes.api import KubernetesApi
from tests.engines.exporting import shipway
from tests.projects import KedroProject, kept

from .env import AirflowEnv
from .exported import VERSIONS, run_env

MEMORY = "1Gi"


def container_settings(project: KedroProject, airflow: AirflowEnv, run_on: str) -> dict[str, Any]:
    """What makes tasks of a project run in the tests' image, with its folder mounted."""
    return {
        "defaults": {
            "run_on": run_on,
            "image": IMAGE,
            "project_dir": str(project.path),
            "env": {**kept(), "DO_NOT_TRACK": "1", "HOME": "/tmp", "MPLCONFIGDIR": "/tmp"},
            "volumes": [volume_of(project, run_on)],
        },
        "targets": {
            "airflow": {
                "version": VERSIONS[airflow.major],
                "python": sys.executable,
                "container": {"python": sys.executable},
                "startup_timeout": "20s",
                "network": "none",
            }
        },
    }


def volume_of(project: KedroProject, run_on: str) -> dict[str, str]:
    """The project's folder: of the machine on Docker, and a claim on Kubernetes."""
    folder = str(project.path)
    source = {"claim": claim_of(project)} if run_on == "kubernetes" else {"host_path": folder}
    return {**source, "mount": folder}


def claim_of(project: KedroProject) -> str:
    """The name of the claim that is the project's folder."""
    return re.sub("[^a-z0-9]", "-", f"project-{project.path.name}")


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
    outcome = shipway(project.path, *command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder


def container_env(
    project: KedroProject, docker_host: str, kubernetes: KubernetesApi
) -> dict[str, str]:
    """What a worker needs to start containers: no file of ours says where."""
    extra = {"kube_config_path": str(kubernetes.kubeconfig), "in_cluster": False}
    connection = {"conn_type": "kubernetes", "extra": extra}
    return {
        **run_env(project),
        "DOCKER_HOST": docker_host,
        "AIRFLOW_CONN_KUBERNETES_DEFAULT": json.dumps(connection),
    }


def pods_of(cluster: KubernetesApi, dag_id: str) -> list[dict[str, Any]]:
    """Return the pods of a DAG that are still there."""
    return [pod for pod in cluster.all_of("pods") if pod["metadata"]["labels"]["dag_id"] == dag_id]


def remains(cluster: KubernetesApi, dag_id: str) -> dict[str, str]:
    """Return the phase of each pod of a DAG that is still there, by task; then delete them."""
    phases = {}
    for pod in pods_of(cluster, dag_id):
        phases[pod["metadata"]["labels"]["task_id"]] = pod["status"]["phase"]
        cluster.delete("pods", pod["metadata"]["name"])
    return phases
