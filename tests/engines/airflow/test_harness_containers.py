"""The operators of both providers on the containers of the tests, by hand-written DAGs."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.containers import IMAGE

from tests.containers.kubernetes.api import KubernetesApi

from .env import AirflowEnv
from .inprocess import dags_test

pytestmark = pytest.mark.engine

KUBERNETES = f"""
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

CLUSTER = {{"in_cluster": False, "config_file": "KUBECONFIG", "namespace": "default"}}
with DAG("pods", schedule=None, default_args={{"image": "{IMAGE}", **CLUSTER}}):
    KubernetesPodOperator(task_id="well", cmds=["/bin/echo"], arguments=["from a", "pod"])
    KubernetesPodOperator(
        task_id="ill",
        cmds=["/bin/sh", "-c", "exit 3"],
        container_resources=k8s.V1ResourceRequirements(limits={{"memory": "64Mi"}}),
        log_events_on_failure=True,
    )
"""
DOCKER = f"""
from airflow import DAG
from airflow.providers.docker.operators.docker import DockerOperator

DAEMON = {{"docker_url": "SOCKET", "auto_remove": "force", "mount_tmp_dir": False}}
with DAG("containers", schedule=None, default_args={{"image": "{IMAGE}", **DAEMON}}):
    DockerOperator(task_id="well", command=["/bin/echo", "from a container"])
    DockerOperator(task_id="ill", command=["/bin/sh", "-c", "exit 3"], mem_limit="64m")
"""
OUTCOME = {"well": "success", "ill": "failed"}


def test_pods_of_airflow_run(
    airflow: AirflowEnv, kubernetes_api: KubernetesApi, tmp_path: Path
) -> None:
    text = KUBERNETES.replace("KUBECONFIG", str(kubernetes_api.kubeconfig))
    (tmp_path / "pods.py").write_text(text)
    run = dags_test(airflow, tmp_path, "pods")
    assert run.task_states == OUTCOME, run.output
    assert "from a pod" in run.output
    assert "Started container base" in run.output  # the events of a failure
    assert sorted(pod["spec"]["containers"][0]["command"] for pod in kubernetes_api.pods) == [
        ["/bin/echo"],
        ["/bin/sh", "-c", "exit 3"],
    ]
    assert kubernetes_api.refusals == []


def test_containers_of_airflow_run(airflow: AirflowEnv, docker_socket: str, tmp_path: Path) -> None:
    (tmp_path / "containers.py").write_text(DOCKER.replace("SOCKET", docker_socket))
    run = dags_test(airflow, tmp_path, "containers")
    assert run.task_states == OUTCOME, run.output
    assert "from a container" in run.output
