"""Runs in containers: a docker pool and a kubernetes pool, with workers of Prefect's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .env import PrefectEnv
from .exported import export
from .in_pools import (
    IMAGE,
    SEEN,
    claim_of,
    drift,
    in_one,
    pipelines_of,
    pooled_project,
    settings_of,
)
from .server import PrefectServer

pytestmark = pytest.mark.engine

POOLS = ("docker", "kubernetes")
HARD = "quote ' and \" and {{ run_id }} {{ $HOME }} $(HOME) $$ \\ ü 😀\nline <b>&"
# Prefect's worker wants these fields in the pod's spec, and a server drops them there
# (`prefect_kubernetes.worker`, _get_base_job_manifest).
DROPPED = ("spec.template.spec.completions", "spec.template.spec.parallelism")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    return {pool: copy_example(tmp_path_factory.mktemp(pool) / "energy") for pool in POOLS}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    return {pool: pooled_project(tmp_path_factory.mktemp(pool), pool) for pool in POOLS}


@pytest.fixture(scope="module")
def cluster(
    podman: Podman, examples: dict[str, KedroProject], projects: dict[str, KedroProject]
) -> Iterator[KubernetesApi]:
    with KubernetesApi(podman, network="host", dropped=DROPPED) as api:
        for project in (examples["kubernetes"], projects["kubernetes"]):
            api.claim(claim_of(project.path), project.path)
        api.secret("word", {"WORD": "se$(cret)"})
        api.config_map("regions", {"REGION": "north"})
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
    models = tmp_path_factory.mktemp("models")
    (models / "a.txt").write_text("a model")
    with PrefectServer(prefect) as server:
        server.add_pool("docker", "docker")
        for pool in POOLS:
            own = pipelines_of(pool, models)
            for project, settings in ((examples[pool], {"__default__": {}}), (projects[pool], own)):
                words = [word for name in settings for word in ("--pipeline", name)]
                values = settings_of(pool, project.path, settings)
                folder = export(project, *words, settings=values)
                if project is projects[pool]:
                    drift(folder, pool)
                if pool == "kubernetes" and project is examples[pool]:
                    # As its header says: one template serves all flows of the pool.
                    (template,) = folder.glob("*/base-job-template.json")
                    server.add_pool(pool, pool, template)
                server.deploy(in_one(folder), project.path)
        more = {"DOCKER_HOST": docker_socket_on_host, "KUBECONFIG": str(cluster.kubeconfig)}
        for pool in POOLS:
            server.start_worker(more, pool, pool)
        yield server


def trigger(
    server: PrefectServer, flow: str, variables: dict[str, Any] | None = None, **parameters: Any
) -> str:
    """Start a run of the only deployment of a flow, with job variables of its own."""
    body = {"flows": {"name": {"any_": [flow.replace("_", "-"), flow]}}}
    (deployment,) = server.call("POST", "/deployments/filter", body)
    path = f"/deployments/{deployment['id']}/create_flow_run"
    content = {"parameters": parameters, "job_variables": variables or {}}
    return str(server.call("POST", path, content)["id"])


@pytest.mark.parametrize("pool", POOLS)
def test_the_example_makes_what_kedro_run_makes(
    deployed: PrefectServer,
    examples: dict[str, KedroProject],
    energy_by_kedro: dict[str, bytes],
    pool: str,
) -> None:
    run = deployed.wait(trigger(deployed, f"default_{pool}"))
    assert run.state == "COMPLETED", _log(deployed, pool)
    assert persisted(examples[pool]) == energy_by_kedro


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


@pytest.mark.parametrize("pool", POOLS)
def test_a_run_whose_container_is_killed_can_be_tried_again(
    deployed: PrefectServer, projects: dict[str, KedroProject], podman: Podman, pool: str
) -> None:
    path = projects[pool].path
    run = trigger(deployed, f"killed_{pool}")
    deployed.wait_until((path / "waiting").exists, "the node waits", 90)
    for name in _running(podman):
        podman.kill(name)
    deployed.wait_until(lambda: deployed.run(run).state == "CRASHED", "the run crashed", 60)
    # A name that is taken is a conflict to Docker's API, by which the worker takes another one
    # (`prefect_docker.worker`, `_create_container`); podman calls it an error of its own.
    podman.remove(*podman.names())
    deployed.try_again(run)
    deployed.wait_until(lambda: deployed.run(run).state == "COMPLETED", "second try", 120)
    files = [file for name in ("first", "second") for file in path.glob(f"data/{name}.txt/*")]
    assert len({file.name for file in files}) == 1, "the run keeps its version"
    (second,) = path.glob("data/second.txt/*/second.txt")
    assert second.read_text() == "first, in the end"


@pytest.mark.parametrize("pool", POOLS)
def test_a_task_sees_what_its_settings_say(
    deployed: PrefectServer,
    projects: dict[str, KedroProject],
    cluster: KubernetesApi,
    pool: str,
) -> None:
    run = deployed.wait(trigger(deployed, f"told_{pool}"))
    assert run.state == "COMPLETED", _log(deployed, pool)
    view = json.loads((projects[pool].path / "data" / "view.txt").read_text())
    assert view == SEEN[pool]
    if pool == "kubernetes":
        _check_pod(cluster.jobs[-1])


def _check_pod(job: dict[str, Any]) -> None:
    """What nothing in a container can see."""
    template = job["spec"]["template"]
    spec = template["spec"]
    (container,) = spec["containers"]
    assert template["metadata"]["annotations"] == {"note": 'it\'s $(A) -- "b"\nü'}
    assert template["metadata"]["labels"].items() >= {"part-of": "shop"}.items()
    assert spec["nodeSelector"] == {"pool": "ml"}
    assert spec["tolerations"] == [
        {"key": "gpu", "operator": "Exists"},
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"},
    ]
    assert spec["imagePullSecrets"] == [{"name": "ghcr"}]
    assert spec["priorityClassName"] == "batch"
    assert container["resources"] == {
        "requests": {"cpu": "500m", "memory": "768Mi", "ephemeral-storage": "1024Mi"},
        "limits": {"cpu": "1000m", "memory": "1024Mi", "ephemeral-storage": "2048Mi"},
    }
    assert job["spec"]["backoffLimit"] == 0


WHY = {
    "fail": "RuntimeError: this node fails on purpose",
    "leave": "exit code 3",
    "sleep": "not done within 8 s",
    "devour": "exit code 137",
}


@pytest.mark.parametrize("pool", POOLS)
def test_controls_fail_and_say_why(deployed: PrefectServer, pool: str) -> None:
    run = trigger(deployed, f"controls_{pool}")
    assert deployed.wait(run).state == "FAILED"
    assert deployed.run(run).message == "failed: devour, fail, leave, sleep; not run: 0 tasks"
    # What a task logs arrives later than how it has ended.
    deployed.wait_until(lambda: all(_said(deployed, run)), f"all of {WHY}", 20)


@pytest.mark.parametrize("pool", POOLS)
def test_a_pipeline_that_is_not_the_exported_one_is_refused(
    deployed: PrefectServer, projects: dict[str, KedroProject], pool: str
) -> None:
    run = deployed.wait(trigger(deployed, f"drifted_{pool}"))
    assert run.state == "FAILED"
    deployed.wait_until(
        lambda: "exit code 7" in "\n".join(deployed.run(run.id).tasks["drift"].log), "why", 20
    )
    assert not (projects[pool].path / "data" / "drift.txt").exists()


def test_docker_tells_of_an_image_that_is_not_there(deployed: PrefectServer) -> None:
    assert deployed.wait(trigger(deployed, "imageless_docker")).state == "CRASHED"
    assert "registry.example.com/nobody:1" in _log(deployed, "docker")


def test_kubernetes_tells_of_what_a_pod_cannot_be(
    deployed: PrefectServer, cluster: KubernetesApi
) -> None:
    """One that lacks something may have it later, so that the run waits."""
    waits = trigger(deployed, "imageless_kubernetes")
    never = deployed.wait(trigger(deployed, "told_kubernetes", {"cpu_limit": "many"}))
    assert never.state == "CRASHED"
    assert "Unable to create Kubernetes job: Bad Request" in never.message
    assert "not 'many'" in never.message
    text = 'failed to pull image "registry.example.com/nobody:1"'
    deployed.wait_until(lambda: text in _log(deployed, "kubernetes"), text, 30)
    assert deployed.run(waits).state == "PENDING"
    for job in cluster.all_of("jobs"):
        cluster.delete("jobs", job["metadata"]["name"])


def test_a_pool_with_another_template_takes_no_such_deployment(
    deployed: PrefectServer, projects: dict[str, KedroProject]
) -> None:
    deployed.add_pool("usual", "kubernetes")
    file = projects["kubernetes"].path / "deploy" / "prefect" / "all.yaml"
    other = file.with_name("usual.yaml")
    other.write_text(file.read_text().replace("name: kubernetes\n", "name: usual\n"))
    words = ("deploy", "--all", "--prefect-file", other)
    outcome = deployed.cli(*words, folder=projects["kubernetes"].path)
    # It quotes the value that its schema does not allow, which names the file.
    assert "base-job-template.json" in outcome.stdout
    assert "is not valid under any of the given schemas" in outcome.stdout
    assert outcome.returncode != 0
    template = file.parent / "told_kubernetes" / "base-job-template.json"
    update = deployed.cli("work-pool", "update", "usual", "--base-job-template", template)
    assert update.returncode == 0, update.stdout
    assert deployed.deploy(other, projects["kubernetes"].path), "the control"


def _log(server: PrefectServer, pool: str) -> str:
    return server.processes.log(f"worker-{pool}")


def _running(podman: Podman) -> list[str]:
    return [name for name in podman.names() if podman.inspect(name)["State"]["Running"]]


def _said(server: PrefectServer, run: str) -> list[bool]:
    tasks = server.run(run).tasks
    return [text in "\n".join(tasks[name].log) for name, text in WHY.items()]
