"""The jobs of Kubernetes that dagster-k8s makes of a job's steps, as it would send them.

Runs in Dagster's own environment.
"""

from __future__ import annotations

import sys
from functools import cache
from types import SimpleNamespace
from typing import Any

import dagster as dg
import dagster_k8s.executor
import kubernetes.client
import kubernetes.config
from dagster._core.code_pointer import FileCodePointer
from dagster._core.definitions.executor_definition import ExecutorDefinition
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import create_execution_plan
from dagster._core.executor.init import InitExecutorContext
from dagster._core.executor.step_delegating import StepHandlerContext
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._grpc.types import ExecuteStepArgs
from dagster_k8s import K8sRunLauncher

IMAGE = "location:1"
"""That of the code location."""
NAMESPACE = "runs"
"""That of the run launcher, as the instance has it."""


def launcher() -> Any:
    """A run launcher as the Helm chart sets it up; it reaches no cluster."""
    kubernetes.config.load_kube_config = lambda *_args, **_kwargs: None
    return K8sRunLauncher(
        service_account_name="dagster",
        instance_config_map="dagster-instance",
        dagster_home="/opt/dagster/dagster_home",
        postgres_password_secret="dagster-postgresql-secret",
        job_namespace=NAMESPACE,
        load_incluster_config=False,
        k8s_client_batch_api=SimpleNamespace(),
        k8s_client_core_api=SimpleNamespace(),
    )


def executor_of(job: Any, instance: Any) -> Any:
    """The executor of a job, as a run that says nothing of it makes it."""
    definition: ExecutorDefinition = job.executor_def
    config = definition.apply_config_mapping({"config": {}}).value["config"]
    create = definition.executor_creation_fn
    assert create
    context = InitExecutorContext(
        job=InMemoryJob(job), executor_def=definition, executor_config=config, instance=instance
    )
    return create(context)


def jobs_of_steps(job: Any, path: str) -> dict[str, Any]:
    """What would be created for each step, by its op: the namespace, and the job in it."""
    instance = _instance()
    handler = executor_of(job, instance)._step_handler
    dagster_k8s.executor.DagsterEvent = SimpleNamespace(
        step_worker_starting=lambda *_args, **_kwargs: None
    )
    result: dict[str, Any] = {}
    handler._api_client = _Recorder(result)
    run = dg.DagsterRun(job_name=job.name)
    for step in create_execution_plan(job).steps:
        context = StepHandlerContext(
            instance=instance,
            plan_context=SimpleNamespace(for_step=lambda one: SimpleNamespace(step=one)),
            steps=[step],
            execute_step_args=_arguments(job, path, run, step.key),
            dagster_run=run,
        )
        list(handler.launch_step(context))
    return result


@cache
def _instance() -> dg.DagsterInstance:
    """One for all files, which keeps nothing of them."""
    instance = dg.DagsterInstance.ephemeral()
    instance._run_launcher = launcher()
    return instance


class _Recorder:
    def __init__(self, jobs: dict[str, Any]) -> None:
        self.jobs = jobs

    def create_namespaced_job_with_retries(self, body: Any, namespace: str) -> None:
        manifest = kubernetes.client.ApiClient().sanitize_for_serialization(body)
        variables = manifest["spec"]["template"]["spec"]["containers"][0]["env"]
        (op,) = (v["value"] for v in variables if v["name"] == "DAGSTER_RUN_STEP_KEY")
        self.jobs[op] = {"namespace": namespace, "job": manifest}


def _arguments(job: Any, path: str, run: Any, step: str) -> ExecuteStepArgs:
    pointer = FileCodePointer(path, "defs", None)
    origin = RepositoryPythonOrigin(
        executable_path=sys.executable, code_pointer=pointer, container_image=IMAGE
    )
    return ExecuteStepArgs(
        job_origin=JobPythonOrigin(job_name=job.name, repository_origin=origin),
        run_id=run.run_id,
        step_keys_to_execute=[step],
    )
