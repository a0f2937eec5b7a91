"""The operators of both providers on the containers of the tests, in a hand-written DAG."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.containers import IMAGE

from tests.containers.kubernetes.api import KubernetesApi

from .env import AirflowEnv
from .inprocess import dags_test

pytestmark = pytest.mark.engine

DAG = f"""
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.docker.operators.docker import DockerOperator
from kubernetes.client import models as k8s

POD = {{"in_cluster": False, "config_file": "KUBECONFIG", "namespace": "default"}}
CONTAINER = {{"docker_url": "SOCKET", "auto_remove": "force", "mount_tmp_dir": False}}
ILL = ["/bin/sh", "-c", "exit 3"]

with DAG("containers", schedule=None, default_args={{"image": "{IMAGE}"}}):
    KubernetesPodOperator(task_id="pod", cmds=["/bin/echo"], arguments=["from a", "pod"], **POD)
    KubernetesPodOperator(task_id="ill_pod", cmds=ILL, log_events_on_failure=True, **POD)
    limits = k8s.V1ResourceRequirements(limits={{"memory": "64Megs"}})
    KubernetesPodOperator(task_id="wrong_pod", cmds=ILL, container_resources=limits, **POD)
    DockerOperator(task_id="container", command=["/bin/echo", "from a container"], **CONTAINER)
    DockerOperator(task_id="ill_container", command=ILL, mem_limit="64m", **CONTAINER)
"""


def test_tasks_run_in_pods_and_in_containers(
    airflow: AirflowEnv, kubernetes_api: KubernetesApi, docker_socket: str, tmp_path: Path
) -> None:
    text = DAG.replace("KUBECONFIG", str(kubernetes_api.kubeconfig))
    (tmp_path / "containers.py").write_text(text.replace("SOCKET", docker_socket))
    run = dags_test(airflow, tmp_path, "containers")
    assert run.task_states == {
        "pod": "success",
        "container": "success",
        "ill_pod": "failed",
        "wrong_pod": "failed",
        "ill_container": "failed",
    }, run.output
    assert "from a pod" in run.output
    assert "from a container" in run.output
    assert "Started container base" in run.output  # the events of a failure
    assert sorted(pod["spec"]["containers"][0]["command"] for pod in kubernetes_api.pods) == [
        ["/bin/echo"],
        ["/bin/sh", "-c", "exit 3"],
    ]
    (refusal,) = set(kubernetes_api.refusals)
    assert "quantities must match" in refusal
