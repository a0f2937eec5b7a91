"""Run a job of a file by Dagster's own command, with processes for the pods of its steps.

Runs in Dagster's own environment. Of a pod a process has the words and the variables; what becomes
of it is told as Kubernetes tells it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import dagster_k8s.executor
import kubernetes.config
from dagster._cli import main


class Pods:
    """The client of dagster-k8s, as far as its executor uses it."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def create_namespaced_job_with_retries(self, body: Any, namespace: str) -> None:
        (container,) = body.spec.template.spec.containers
        own = {item.name: item.value for item in container.env if item.value is not None}
        # What the launcher says of the instance is for images.
        own["DAGSTER_HOME"] = os.environ["DAGSTER_HOME"]
        print(f"the pod of {own['DAGSTER_RUN_STEP_KEY']} in {namespace}: {container.image}")
        self.processes[body.metadata.name] = subprocess.Popen(
            container.args, env={**os.environ, **own}
        )

    def get_job_status(self, job_name: str, namespace: str) -> Any:
        return SimpleNamespace(failed=self.processes[job_name].poll() or None)


if __name__ == "__main__":
    kubernetes.config.load_incluster_config = lambda: None
    dagster_k8s.executor.DagsterKubernetesClient = SimpleNamespace(
        production_client=lambda **_kwargs: Pods()
    )
    sys.argv = ["dagster", *sys.argv[1:]]
    main()
