"""A deployment whose KubernetesExecutor starts workers in pods of the tests' image.

What is here belongs to the deployment, and not to an exported file: which executor runs a DAG, and
the pod that every worker starts from, `pod_template_file`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers.kubernetes.api import KubernetesApi
from tests.projects import KedroProject

from .exported import run_env
from .stack import AirflowStack

EXECUTORS = "LocalExecutor,KubernetesExecutor"
# `Cluster policies` in Airflow's documentation: a deployment may change any task as it is read.
POLICY = """
def task_policy(task):
    if task.dag_id.startswith("workers_"):
        task.executor = "KubernetesExecutor"
"""
OF_THE_EXECUTOR = {"name": "AIRFLOW_IS_K8S_EXECUTOR_POD", "value": "True"}
OF_A_WORKER = (
    *("PATH", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"),
    *("AIRFLOW__CORE__LOAD_EXAMPLES", "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"),
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL",
)


@dataclass(frozen=True, kw_only=True)
class WorkerPods:
    """Where the executor finds what a deployment says, all below one folder."""

    folder: Path
    cluster: KubernetesApi

    @property
    def template(self) -> Path:
        """The pod that each worker starts from; `write_template` writes it."""
        return self.folder / "worker.yaml"

    def variables(self) -> dict[str, str]:
        """What the scheduler and the DAG processor have in their environment."""
        (self.folder / "airflow_local_settings.py").write_text(POLICY, encoding="utf-8")
        return {
            "PYTHONPATH": str(self.folder),
            "AIRFLOW__CORE__EXECUTOR": EXECUTORS,
            "AIRFLOW__KUBERNETES_EXECUTOR__CONFIG_FILE": str(self.cluster.kubeconfig),
            "AIRFLOW__KUBERNETES_EXECUTOR__IN_CLUSTER": "False",
            "AIRFLOW__KUBERNETES_EXECUTOR__POD_LAUNCH_FAILURE_RETRIES": "0",
            "AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE": str(self.template),
        }

    def write_template(self, stack: AirflowStack, project: KedroProject) -> None:
        """Write the pod of a worker, which reaches the stack and has its folders."""
        home = stack.home
        folders = {
            "airflow-logs": home.path / "logs",
            "airflow-dags": Path(home.variables["AIRFLOW__CORE__DAGS_FOLDER"]),
        }
        for name, folder in folders.items():
            self.cluster.claim(name, folder)
        variables = {
            **{name: home.variables[name] for name in OF_A_WORKER},
            **run_env(project),
            "AIRFLOW_HOME": "/tmp/airflow",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folders["airflow-logs"]),
            "HOME": "/tmp",
        }
        self.template.write_text(json.dumps(_pod(variables, folders)), encoding="utf-8")

    def without_deployment(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the spec of a worker's pod has from its DAG alone."""
        template = json.loads(self.template.read_text(encoding="utf-8"))["spec"]
        (container,), (base,) = spec["containers"], template["containers"]
        base = {**base, "env": [*base["env"], OF_THE_EXECUTOR]}
        rest = {
            **_without(container, base, "env", "volumeMounts"),
            "name": container["name"],
            "image": container["image"],
        }
        del rest["args"]
        return {**_without(spec, template, "volumes"), "containers": [rest]}


def _without(mapping: Mapping[str, Any], base: Mapping[str, Any], *lists: str) -> dict[str, Any]:
    """What a mapping has besides its base; the items of its lists likewise."""
    rest = {key: value for key, value in mapping.items() if base.get(key) != value}
    return rest | {key: [item for item in mapping[key] if item not in base[key]] for key in lists}


def _pod(variables: Mapping[str, str], folders: Mapping[str, Path]) -> dict[str, Any]:
    container = {
        "name": "base",
        "image": "registry.example.com/airflow:3",
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "volumeMounts": [
            {"name": name, "mountPath": str(folder)} for name, folder in folders.items()
        ],
    }
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in folders]
    spec = {"hostNetwork": True, "restartPolicy": "Never", "volumes": volumes}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "worker"},
        "spec": {**spec, "containers": [container]},
    }
