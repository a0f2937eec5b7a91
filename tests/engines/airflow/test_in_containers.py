"""Runs whose tasks are containers, under a real scheduler: Docker's, pods, and beside others."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.engines.hopeless import of_another_pipeline
from tests.projects import KedroProject, copy_example, make_project, text_file
from tests.written import kedro_run, persisted, unversioned

from .env import AirflowEnv
from .in_containers import claim_of, container_env, export_for
from .load import load_dags
from .stack import AirflowStack, StackFactory

pytestmark = pytest.mark.engine

FEWER = {"defaults": {"group_by": "tag:features,weekly", "concurrency": {"runs": 4}}}
WAYS = ("docker", "kubernetes")

NODES = """
import os
import time
from pathlib import Path


def train(alpha):
    return f"model of {alpha}"


def evaluate(model, alpha):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    return f"{model}, evaluated with {alpha}"


def first():
    return "first"


def wait_once(text):
    if not Path("waiting").exists():
        Path("waiting").touch()
        time.sleep(600)
    return f"{text}, in the end"


def fail():
    raise RuntimeError("this node fails on purpose")


def sleep():
    print("asleep", flush=True)
    time.sleep(600)


def devour():
    return "x" * len(bytearray(2 * 2**30))


def make():
    return "made"
"""
REGISTRY = """
drift = node(f.make, None, "drifted", name="drift")
return {
    "__default__": pipeline([]),
    "models": pipeline([
        node(f.train, "params:alpha", "model", name="train"),
        node(f.evaluate, ["model", "params:alpha"], "score", name="evaluate"),
    ]),
    "killed": pipeline([
        node(f.first, None, "first", name="first"),
        node(f.wait_once, "first", "second", name="second"),
    ]),
    "controls": pipeline([
        node(f.fail, None, "failed", name="fail"),
        node(f.sleep, None, "slept", name="sleep"),
        node(f.devour, None, "devoured", name="devour"),
        node(f.make, None, "imaged", name="no_image"),
        node(f.make, None, "secret", name="no_secret"),
        node(f.make, None, "made", name="make"),
    ]),
    "drifted": pipeline([drift]),
}
"""
CONTROLS: Mapping[str, Any] = {
    "sleep": {"timeout": "8s"},
    "devour": {"resources": {"memory": "700Mi"}},
    "no_image": {"image": "registry.example.com/nobody:1"},
}
SECRET = {"secrets": {"WORD": {"name": "nobody", "key": "word"}}}


def settings(way: str) -> dict[str, Any]:
    """Names by which a DAG tells the way; and what each of its controls lacks."""
    of_secret = SECRET if way == "kubernetes" else {}
    return {
        "defaults": {"concurrency": {"runs": 4}},
        "pipelines": {
            "models": {"name": f"models_{way}"},
            "killed": {"name": f"killed_{way}", "retries": 1, "retry_delay": "1s"},
            "drifted": {"name": f"drifted_{way}"},
            "controls": {
                "name": f"controls_{way}",
                "nodes": {**CONTROLS, "no_secret": of_secret},
            },
        },
    }


@pytest.fixture(scope="module")
def cluster(podman: Podman) -> Iterator[KubernetesApi]:
    with KubernetesApi(podman) as api:
        yield api


@pytest.fixture(scope="module")
def authored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `kedro run` makes of the example."""
    return kedro_run(copy_example(tmp_path_factory.mktemp("kedro") / "energy"))


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
    files = ("first", "second", "failed", "slept", "devoured", "imaged", "secret", "made")
    catalog = {name: text_file(f"{name}.txt") for name in (*files, "drifted")}
    catalog |= {name: text_file(f"{name}.txt", versioned=True) for name in ("model", "score")}
    return {
        way: make_project(
            tmp_path_factory.mktemp(way),
            REGISTRY,
            nodes=NODES,
            catalog=catalog,
            parameters={"alpha": 0.0},
        )
        for way in WAYS
    }


@pytest.fixture(scope="module")
def stack(
    airflow_stack: StackFactory,
    airflow3: AirflowEnv,
    examples: dict[str, KedroProject],
    projects: dict[str, KedroProject],
    docker_socket: str,
    cluster: KubernetesApi,
    tmp_path_factory: pytest.TempPathFactory,
) -> AirflowStack:
    dags = tmp_path_factory.mktemp("dags")
    env: dict[str, str] = {}
    for way, example in examples.items():
        for file in _energy(example, airflow3, way).glob("*.py"):
            shutil.copy(file, dags / f"energy_{way}.py")
        env |= container_env(example, docker_socket, cluster)
    for way, project in projects.items():
        for file in export_for(project, airflow3, way, "--all", settings=settings(way)).glob("*"):
            text = file.read_text(encoding="utf-8")
            if file.stem == f"drifted_{way}":
                text = of_another_pipeline(text, "drifted")
            (dags / file.name).write_text(text, encoding="utf-8")
    for project in (*examples.values(), *projects.values()):
        cluster.claim(claim_of(project), project.path)
    return airflow_stack(airflow3, dags, env)


def _energy(example: KedroProject, airflow: AirflowEnv, way: str) -> Path:
    """Mixed: the report is written on the worker, which has the folder that Docker mounts."""
    nodes = {"nodes": {"write_report": {"run_on": "local"}}} if way == "mixed" else {}
    values = {**FEWER, "pipelines": {"__default__": {"name": f"energy_{way}", **nodes}}}
    if way == "mixed":
        values = {"pipelines": values["pipelines"]}
    run_on = "docker" if way == "mixed" else way
    return export_for(example, airflow, run_on, "--pipeline", "__default__", settings=values)


def _logs(stack: AirflowStack, dag_id: str, run_id: str) -> str:
    tasks = stack.result(dag_id, run_id).tasks
    failures = [name for name, task in tasks.items() if task.state == "failed"]
    return "\n".join(stack.task_log(dag_id, run_id, name)[-3000:] for name in failures)


@pytest.mark.parametrize("way", ["docker", "kubernetes", "mixed"])
def test_the_example_makes_what_kedro_run_makes(
    stack: AirflowStack,
    examples: dict[str, KedroProject],
    authored: dict[str, bytes],
    way: str,
) -> None:
    dag_id = f"energy_{way}"
    run_id = stack.trigger(dag_id)
    result = stack.wait(dag_id, run_id, timeout=400)
    assert result.state == "success", _logs(stack, dag_id, run_id)
    assert len(result.tasks) == (11 if way == "mixed" else 5)
    assert persisted(examples[way]) == unversioned(authored)


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
    stack: AirflowStack, projects: dict[str, KedroProject], podman: Podman, way: str
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


@pytest.mark.parametrize("way", WAYS)
def test_another_pipeline_is_refused(stack: AirflowStack, way: str) -> None:
    dag_id = f"drifted_{way}"
    run_id = stack.trigger(dag_id)
    assert stack.wait(dag_id, run_id).state == "failed"
    assert "is not the one that this task was exported from" in stack.task_log(
        dag_id, run_id, "drift"
    )
