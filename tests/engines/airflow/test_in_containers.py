"""Runs whose tasks are containers, under a real scheduler: Docker's, pods, and beside others."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.engines.hopeless import of_another_pipeline
from tests.projects import KedroProject, copy_example
from tests.written import kedro_run, persisted

from .container_projects import (
    container_project,
    export_dags,
    export_energy,
    export_for_workers,
    told_spec,
)
from .database import DagRunResult
from .env import AirflowEnv
from .in_containers import claim_of, container_env, pods_of, remains
from .load import load_dags
from .stack import AirflowStack, StackFactory
from .worker_pods import WorkerPods

pytestmark = pytest.mark.engine

WAYS = ("docker", "kubernetes")


@pytest.fixture(scope="module")
def cluster(podman: Podman) -> Iterator[KubernetesApi]:
    with KubernetesApi(podman) as api:
        yield api


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    """A copy of the example for each way."""
    first = copy_example(tmp_path_factory.mktemp("in") / "energy-docker")
    copies = {"docker": first}
    for way in ("kubernetes", "mixed"):
        folder = first.path.with_name(f"energy-{way}")
        shutil.copytree(first.path, folder)
        copies[way] = KedroProject(path=folder, package=first.package)
    return copies


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KedroProject]:
    ways = (*WAYS, "workers")
    return {way: container_project(tmp_path_factory.mktemp(way)) for way in ways}


@pytest.fixture(scope="module")
def told(projects: dict[str, KedroProject]) -> dict[str, bytes]:
    """What `kedro run` makes of the pipeline that workers in pods run."""
    return kedro_run(projects["workers"], "--pipeline", "told", WORD="world")


@pytest.fixture(scope="module")
def worker_pods(tmp_path_factory: pytest.TempPathFactory, cluster: KubernetesApi) -> WorkerPods:
    return WorkerPods(folder=tmp_path_factory.mktemp("deployment"), cluster=cluster)


@pytest.fixture(scope="module")
def stack(
    airflow_stack: StackFactory,
    airflow3: AirflowEnv,
    examples: dict[str, KedroProject],
    projects: dict[str, KedroProject],
    *,
    docker_socket: str,
    cluster: KubernetesApi,
    worker_pods: WorkerPods,
    told: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> AirflowStack:
    assert told
    dags = tmp_path_factory.mktemp("dags")
    env = worker_pods.variables()
    for way, example in examples.items():
        shutil.copy(export_energy(example, airflow3, way), dags)
        env |= container_env(example, docker_socket, cluster)
    for way in WAYS:
        for file in export_dags(projects[way], airflow3, way):
            text = file.read_text(encoding="utf-8")
            if file.stem == f"drifted_{way}":
                text = of_another_pipeline(text, "drifted")
            (dags / file.name).write_text(text, encoding="utf-8")
    for file in export_for_workers(projects["workers"], airflow3):
        shutil.copy(file, dags)
    for project in (*examples.values(), *projects.values()):
        cluster.claim(claim_of(project), project.path)
    cluster.secret("words", {"first": "world"})
    stack = airflow_stack(airflow3, dags, env, triggerer=True, patience=2)
    worker_pods.write_template(stack, projects["workers"])
    return stack


def _logs(stack: AirflowStack, dag_id: str, run_id: str) -> str:
    tasks = stack.result(dag_id, run_id).tasks
    failures = [name for name, task in tasks.items() if task.state == "failed"]
    return "\n".join(stack.task_log(dag_id, run_id, name)[-3000:] for name in failures)


@pytest.mark.parametrize("way", ["docker", "kubernetes", "mixed"])
def test_the_example_makes_what_kedro_run_makes(
    stack: AirflowStack,
    examples: dict[str, KedroProject],
    energy_by_kedro: dict[str, bytes],
    way: str,
) -> None:
    dag_id = f"energy_{way}"
    run_id = stack.trigger(dag_id)
    result = stack.wait(dag_id, run_id, timeout=400)
    assert result.state == "success", _logs(stack, dag_id, run_id)
    assert len(result.tasks) == (11 if way == "mixed" else 5)
    assert persisted(examples[way]) == energy_by_kedro


def test_each_pod_that_arrived_is_what_the_dag_says(
    stack: AirflowStack, airflow3: AirflowEnv, cluster: KubernetesApi
) -> None:
    """What is looked at of random DAGs, with what only a run knows, and the operator's labels."""
    (file,) = Path(stack.home.variables["AIRFLOW__CORE__DAGS_FOLDER"]).glob("energy_kubernetes.py")
    tasks = load_dags(airflow3, file).dag().tasks
    pods = [pod for pod in cluster.pods if pod["metadata"]["labels"]["dag_id"] == file.stem]
    assert len(pods) >= len(tasks) == 5
    for pod in pods:
        goal: Any = tasks[pod["metadata"]["labels"]["task_id"]].container
        assert _of_no_run(pod["spec"]) == _of_no_run(goal["spec"])
        assert goal["metadata"]["labels"].items() <= pod["metadata"]["labels"].items()
        assert pod["metadata"]["namespace"] == "default"


def _of_no_run(spec: Any) -> Any:
    (container,) = spec["containers"]
    of_a_run = ("--run-id=", "--created=")
    words = [word for word in container["args"] if not word.startswith(of_a_run)]
    return {**spec, "containers": [{**container, "args": words}]}


@pytest.mark.parametrize("way", WAYS)
def test_two_runs_at_once_have_versions_of_their_own(
    stack: AirflowStack, projects: dict[str, KedroProject], way: str
) -> None:
    dag_id = f"models_{way}"
    runs = [stack.trigger(dag_id, {"alpha": alpha}) for alpha in (0.5, 1.5)]
    for run_id in runs:
        result = stack.wait(dag_id, run_id)
        assert result.state == "success", _logs(stack, dag_id, run_id)
    files = projects[way].path.glob("data/score.txt/*/score.txt")
    assert {file.read_text(encoding="utf-8") for file in files} == {
        "model of 0.5, evaluated with 0.5",
        "model of 1.5, evaluated with 1.5",
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_task_whose_container_is_killed_is_tried_again(
    stack: AirflowStack,
    projects: dict[str, KedroProject],
    podman: Podman,
    way: str,
) -> None:
    dag_id, path = f"killed_{way}", projects[way].path
    run_id = stack.trigger(dag_id)
    end = time.monotonic() + 90
    while not (path / "waiting").exists():
        assert time.monotonic() < end, _logs(stack, dag_id, run_id)
        time.sleep(0.2)
    for name in podman.names():
        if podman.inspect(name)["State"]["Running"]:
            podman.kill(name)
    result = stack.wait(dag_id, run_id)
    assert result.state == "success", _logs(stack, dag_id, run_id)
    assert result.tasks["second"].try_number == 2
    assert (path / "data" / "second.txt").read_text() == "first, in the end"
    assert "137" in stack.task_log(dag_id, run_id, "second", 1)


@pytest.mark.parametrize("way", WAYS)
def test_controls_fail_and_say_why(
    stack: AirflowStack, cluster: KubernetesApi, podman: Podman, way: str
) -> None:
    dag_id = f"controls_{way}"
    run_id = stack.trigger(dag_id)
    result = stack.wait(dag_id, run_id, timeout=300)
    states = {name: task.state for name, task in result.tasks.items()}
    good = {"make"} | ({"no_secret"} if way == "docker" else set())
    assert {name for name, state in states.items() if state == "success"} == good, states
    lines = {
        "fail": "RuntimeError: this node fails on purpose",
        "sleep": {"docker": "AirflowTaskTimeout", "kubernetes": "DeadlineExceeded"}[way],
        "devour": {"docker": "137", "kubernetes": "OOMKilled"}[way],
        "no_image": "registry.example.com/nobody:1",
        **({"no_secret": 'secret "nobody" not found'} if way == "kubernetes" else {}),
    }
    for task, line in lines.items():
        assert states[task] == "failed"
        assert line in stack.task_log(dag_id, run_id, task), task
    assert not [name for name in podman.names() if podman.inspect(name)["State"]["Running"]]
    if way == "kubernetes":
        phases = {"fail": "Failed", "sleep": "Failed", "devour": "Failed"}
        never = {"no_image": "Pending", "no_secret": "Pending"}
        checked = [
            pod["metadata"]["labels"].get("already_checked") for pod in pods_of(cluster, dag_id)
        ]
        assert checked == ["True"] * 5, "so a retry adopts none of them"
        assert remains(cluster, dag_id) == phases | never, "`keep_failed_pods` keeps them"


@pytest.mark.parametrize("way", WAYS)
def test_another_pipeline_is_refused(stack: AirflowStack, cluster: KubernetesApi, way: str) -> None:
    dag_id = f"drifted_{way}"
    run_id = stack.trigger(dag_id)
    assert stack.wait(dag_id, run_id).state == "failed"
    assert "is not the one that this task was exported from" in stack.task_log(
        dag_id, run_id, "drift"
    )
    assert remains(cluster, dag_id) == {}, "pods are deleted, unless `keep_failed_pods` is set"


def test_the_triggerer_waits_for_pods(stack: AirflowStack, cluster: KubernetesApi) -> None:
    """With `deferrable`: a task goes on when its pod has ended, well or not."""
    dag_id = "waited_kubernetes"
    run_id = stack.trigger(dag_id)
    states = stack.wait(dag_id, run_id).task_states
    assert states == {"make": "success", "fail": "failed"}
    assert "RuntimeError: this node fails on purpose" in stack.task_log(dag_id, run_id, "fail")
    for task in states:
        assert "Checking pod" in stack.trigger_log(dag_id, run_id, task)
    assert remains(cluster, dag_id) == {}


@pytest.fixture(scope="module")
def worker_runs(stack: AirflowStack) -> dict[str, DagRunResult]:
    """How two runs have ended whose tasks had workers in pods, by DAG."""
    runs = {dag_id: stack.trigger(dag_id) for dag_id in ("workers_told", "workers_waited")}
    return {dag_id: stack.wait(dag_id, run_id) for dag_id, run_id in runs.items()}


def test_workers_in_pods_make_what_kedro_run_makes(
    stack: AirflowStack,
    projects: dict[str, KedroProject],
    told: dict[str, bytes],
    worker_runs: dict[str, DagRunResult],
) -> None:
    """A word of a secret is in both texts: a pod has it, and hands it on to the node."""
    run = worker_runs["workers_told"]
    assert run.state == "success", _logs(stack, "workers_told", run.run_id)
    assert told["repeated.txt"] == b"good morning, world! good morning, world!"
    assert persisted(projects["workers"]) == told


@pytest.mark.usefixtures("worker_runs")
def test_each_worker_s_pod_is_what_the_settings_say(
    projects: dict[str, KedroProject], cluster: KubernetesApi, worker_pods: WorkerPods
) -> None:
    pods = [pod for pod in cluster.pods if pod["metadata"]["labels"]["dag_id"] == "workers_told"]
    assert [pod["metadata"]["labels"]["task_id"] for pod in pods] == ["tell", "repeat"]
    for pod in pods:
        assert worker_pods.without_deployment(pod["spec"]) == told_spec(projects["workers"])
        assert pod["metadata"]["labels"]["team"] == "energy"
        assert pod["metadata"]["annotations"]["acme.example/cost-center"] == "42"


def test_a_worker_that_fails_or_cannot_start_fails_its_task(
    stack: AirflowStack, cluster: KubernetesApi, worker_runs: dict[str, DagRunResult]
) -> None:
    """One without its secret has no log: why, the scheduler's log and the pod say."""
    run = worker_runs["workers_waited"]
    assert run.task_states == {"make": "failed", "fail": "failed"}
    log = stack.task_log("workers_waited", run.run_id, "fail")
    assert "RuntimeError: this node fails on purpose" in log
    names = [pod["metadata"]["name"] for pod in pods_of(cluster, "workers_waited")]
    (name,) = (name for name in names if "-make-" in name)
    fatal = f"{name} has container base with fatal reason CreateContainerConfigError"
    assert fatal in stack.processes.log("scheduler")
    assert ("Failed", 'secret "nobody" not found') in cluster.events(name)
    assert remains(cluster, "workers_waited")["make"] == "Pending"
