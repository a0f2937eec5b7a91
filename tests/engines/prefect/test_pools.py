"""Runs in containers: a docker pool and a kubernetes pool, with workers of Prefect's own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.projects import KedroProject, copy_example, kept, make_project, text_file
from tests.written import kedro_run, persisted, unversioned

from .env import PrefectEnv
from .exported import export
from .server import PrefectServer

pytestmark = pytest.mark.engine

POOLS = ("docker", "kubernetes")
IMAGE = "registry.example.com/prefect-and-project:1"
HARD = "quote ' and \" and {{ run_id }} {{ $HOME }} $(HOME) $$ \\ ü 😀\nline <b>&"
# Prefect's worker wants these fields in the pod's spec, and a server drops them there
# (`prefect_kubernetes.worker`, _get_base_job_manifest).
DROPPED = ("spec.template.spec.completions", "spec.template.spec.parallelism")
NODES = """
import os
import time
from pathlib import Path


def train(alpha, text):
    return f"model of {alpha} {text}"


def evaluate(model, alpha, meet):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < meet:
        assert time.monotonic() < end
        time.sleep(0.2)
    return f"{model}, evaluated with {alpha}"
"""
REGISTRY = """
return {
    "__default__": pipeline([]),
    "models": pipeline([
        node(f.train, ["params:alpha", "params:text"], "model", name="train"),
        node(f.evaluate, ["model", "params:alpha", "params:meet"], "score", name="evaluate"),
    ]),
}
"""


OWN: dict[str, Any] = {"models": {}}
"""The pipelines of the small project, each with its settings."""


def claim_of(folder: Path) -> str:
    """The claim that is a project's folder."""
    return re.sub("[^a-z0-9]", "-", folder.name)


def settings_of(pool: str, folder: Path, pipelines: dict[str, Any]) -> dict[str, Any]:
    """What makes a run find the project where it stands here; flows are named by their pool."""
    source = {"host_path": str(folder)} if pool == "docker" else {"claim": claim_of(folder)}
    volume = {**source, "mount": str(folder)}
    network = {"network_mode": "host"} if pool == "docker" else {}
    return {
        "defaults": {"env": {**kept(), "MPLCONFIGDIR": "/tmp"}, "volumes": [volume]},
        "pipelines": {k: {**own, "name": f"{k.strip('_')}_{pool}"} for k, own in pipelines.items()},
        "targets": {
            "prefect": {
                "work_pool": {"name": pool, "type": pool},
                "image": IMAGE,
                "project_dir": str(folder),
                "python": sys.executable,
                "job_variables": {"image_pull_policy": "Never", **network},
            }
        },
    }


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    return {pool: copy_example(tmp_path_factory.mktemp(pool) / "energy") for pool in POOLS}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    catalog = {name: text_file(f"{name}.txt", versioned=True) for name in ("model", "score")}
    parameters = {"alpha": 0.0, "text": "plain", "meet": 2}
    return {
        pool: make_project(
            tmp_path_factory.mktemp(pool),
            REGISTRY,
            nodes=NODES,
            catalog=catalog,
            parameters=parameters,
        )
        for pool in POOLS
    }


@pytest.fixture(scope="module")
def cluster(
    podman: Podman, examples: dict[str, KedroProject], projects: dict[str, KedroProject]
) -> Iterator[KubernetesApi]:
    with KubernetesApi(podman, network="host", dropped=DROPPED) as api:
        for project in (examples["kubernetes"], projects["kubernetes"]):
            api.claim(claim_of(project.path), project.path)
        yield api


@pytest.fixture(scope="module")
def deployed(
    prefect: PrefectEnv,
    podman: Podman,
    docker_socket_on_host: str,
    cluster: KubernetesApi,
    examples: dict[str, KedroProject],
    projects: dict[str, KedroProject],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PrefectServer]:
    """A server with both pools and a worker for each, to which all is deployed."""
    path = f"{prefect.python.parent}:{Path(sys.executable).parent}:/usr/bin:/bin"
    podman.image(IMAGE, variables={"PATH": path, "HOME": "/tmp"})
    with PrefectServer(prefect) as server:
        server.add_pool("docker", "docker")
        for pool in POOLS:
            for project, own in ((examples[pool], {"__default__": {}}), (projects[pool], OWN)):
                words = [word for name in own for word in ("--pipeline", name)]
                folder = export(project, *words, settings=settings_of(pool, project.path, own))
                if pool == "kubernetes" and project is examples[pool]:
                    # As its header says: one template serves all flows of the pool.
                    (template,) = folder.glob("*/base-job-template.json")
                    server.add_pool(pool, pool, template)
                server.deploy(_in_one(folder), project.path)
        more = {"DOCKER_HOST": docker_socket_on_host, "KUBECONFIG": str(cluster.kubeconfig)}
        for pool in POOLS:
            server.start_worker(more, pool, pool)
        yield server


def _in_one(folder: Path) -> Path:
    """All deployments of a project in one file: each call of Prefect's takes seconds."""
    documents = [yaml.safe_load(file.read_text()) for file in sorted(folder.glob("*/prefect.yaml"))]
    (pull,) = {json.dumps(document["pull"]) for document in documents}
    deployments = [one for document in documents for one in document["deployments"]]
    for one in deployments:
        # In one file, names must differ.
        one["name"] = one["entrypoint"].rpartition(":")[2].replace("_", "-")
    file = folder / "all.yaml"
    file.write_text(yaml.safe_dump({"pull": json.loads(pull), "deployments": deployments}))
    return file


def trigger(server: PrefectServer, flow: str, **parameters: Any) -> str:
    """Start a run of the only deployment of a flow."""
    body = {"flows": {"name": {"any_": [flow.replace("_", "-"), flow]}}}
    (deployment,) = server.call("POST", "/deployments/filter", body)
    path = f"/deployments/{deployment['id']}/create_flow_run"
    return str(server.call("POST", path, {"parameters": parameters})["id"])


@pytest.mark.parametrize("pool", POOLS)
def test_the_example_makes_what_kedro_run_makes(
    deployed: PrefectServer, examples: dict[str, KedroProject], pool: str
) -> None:
    goal = unversioned(kedro_run(copy_example(examples[pool].path.with_name("authored"))))
    run = deployed.wait(trigger(deployed, f"default_{pool}"))
    assert run.state == "COMPLETED", _log(deployed, pool)
    assert persisted(examples[pool]) == goal


@pytest.mark.parametrize("pool", POOLS)
def test_two_runs_at_once_have_versions_and_values_of_their_own(
    deployed: PrefectServer, projects: dict[str, KedroProject], pool: str
) -> None:
    runs = [trigger(deployed, f"models_{pool}", alpha=a, text=HARD) for a in (0.5, 1.5)]
    for run in map(deployed.wait, runs):
        assert run.state == "COMPLETED", _log(deployed, pool)
    files = projects[pool].path.glob("data/score.txt/*/score.txt")
    scores = {file.read_text(encoding="utf-8") for file in files}
    assert scores == {f"model of {a} {HARD}, evaluated with {a}" for a in (0.5, 1.5)}


def _log(server: PrefectServer, pool: str) -> str:
    return server.processes.log(f"worker-{pool}")
