"""Run by Prefect's python: what a worker would start for a run, by Prefect's own code.

Reads a JSON list of `{pool, template, variables}` on stdin, where `template` is `null` for the
pool's usual job template; writes, for each, the job for Kubernetes or what Docker's API is sent. It
is an error where a server would refuse the template, or the variables with it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from docker.models.containers import _create_container_args
from prefect.client.schemas.objects import FlowRun
from prefect.server.schemas.actions import validate_base_job_template
from prefect.utilities.schema_tools import is_valid_schema, validate
from prefect.workers.base import BaseJobConfiguration
from prefect_docker.worker import DockerWorker, DockerWorkerJobConfiguration
from prefect_kubernetes.worker import KubernetesWorker, KubernetesWorkerJobConfiguration

FLOW_RUN = FlowRun(id=UUID(int=1), flow_id=UUID(int=2), name="a-run")
DOCKER = SimpleNamespace(version=lambda: {"Version": "27.0.0"})
NOBODY: Any = SimpleNamespace()
"""In place of a client: a reference to a block would ask it."""


def checked(template: dict[str, Any], variables: dict[str, Any]) -> None:
    """Do as a server does when a pool is made, and when a deployment is (`server.api`)."""
    _check_template(json.dumps(template))
    validate(variables, template["variables"], raise_on_error=True, allow_none_with_default=True)


@cache
def _check_template(text: str) -> None:
    """Check a template once, however many have it."""
    template = json.loads(text)
    validate_base_job_template(template)
    is_valid_schema(template["variables"], preprocess=False)


async def described(pool: str, template: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the job of a run as a worker makes it."""
    kubernetes = pool == "kubernetes"
    worker: Any = KubernetesWorker if kubernetes else DockerWorker
    kind: Any = KubernetesWorkerJobConfiguration if kubernetes else DockerWorkerJobConfiguration
    template = template or worker.get_default_base_job_template()
    checked(template, variables)
    job = await kind.from_template_and_values(template, variables, client=NOBODY)
    job.prepare_for_flow_run(FLOW_RUN)
    if kubernetes:
        assert job.namespace == job.job_manifest["metadata"]["namespace"]
        return dict(job.job_manifest)
    settings = worker._build_container_settings(NOBODY, DOCKER, job)
    return dict(_create_container_args({"version": "1.43", **settings}))


async def main() -> None:
    """Answer all requests."""
    requests = json.load(sys.stdin)
    json.dump([await described(**request) for request in requests], sys.stdout)


# What each job is told of Prefect's settings, which are those of this process.
BaseJobConfiguration._base_environment = staticmethod(cache(BaseJobConfiguration._base_environment))
asyncio.run(main())
