"""Specs for Vertex AI: what kfp lets pass of mistakes, and the example, run by kfp's orchestrator.

No server of Vertex AI can be had. The folder of the project, on a bucket there, is one of this
machine; where a task runs and what fills its placeholders are kfp's.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from shipway_exporters.kubeflow.rules import faults
from shipway_exporters.kubeflow.vertex.rules import RULES
from tests.projects import NODES, KedroProject, copy_example, make_project, text_file
from tests.unit.kubeflow.vertex_mistakes import OWN
from tests.unit.kubeflow.vertex_samples import good
from tests.written import persisted

from . import samples
from .env import KubeflowEnv
from .exported import (
    OPTIONS_OF_VERTEX,
    export,
    host_run,
    load,
    nodes_of,
    on_this_machine,
    run,
)
from .host import HostRun, run_many_on_host
from .parse import PARSES, parse_all

pytestmark = pytest.mark.engine

ON_EXIT = ["python", "-c", "import pathlib, sys; pathlib.Path('ended').write_text(sys.argv[1])"]
KFP_KNOWS = frozenset(
    {
        ("known_keys", "deploymentSpec.executors.exec-train.container.resources.machineType"),
        ("known_keys", "deploymentSpec.executors.exec-train.container.timeout"),
        (
            "known_keys",
            "deploymentSpec.executors.exec-train.container.resources.accelerator.acceleratorType",
        ),
        ("known_keys", "labels"),
    }
)
"""Where kfp's own parses find something: keys that its messages do not have."""


def settings(**more: Any) -> dict[str, Any]:
    options = {**OPTIONS_OF_VERTEX, **more}
    return {"defaults": {"retries": 0}, "targets": {"kubeflow": options}}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("vertex") / "energy")


def test_what_is_good_passes_all_parses_and_most_mistakes_do(kubeflow: KubeflowEnv) -> None:
    documents = [good(), *(mistake.documents() for mistake in OWN)]
    first, *others = parse_all(kubeflow, [samples.text(*one) for one in documents])
    assert first.errors == dict.fromkeys(PARSES), "the control"
    knows = {
        (mistake.rule, mistake.path)
        for mistake, tree in zip(OWN, others, strict=True)
        if tree.caught
    }
    assert knows == KFP_KNOWS
    assert all(list(faults(mistake.documents(), RULES)) for mistake in OWN)


def test_containers_make_what_kedro_run_makes(
    kubeflow: KubeflowEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    spec = export(example, settings=settings(on_exit={"command": ON_EXIT}))
    process = run(kubeflow, example, on_this_machine(spec, example)).ok()
    assert len(process.names) == 12
    assert persisted(example) == energy_by_kedro
    assert json.loads((example.path / "ended").read_text())["state"] == "SUCCEEDED"


REGISTRY = """
def chain(name):
    return pipeline([
        node(getattr(f, name), "raw", f"{name}_first", name="first"),
        node(f.make, f"{name}_first", f"{name}_last", name="last"),
    ])


return {name: chain(name) for name in ("slow", "broken", "flaky", "plain")}
"""
FUNCTIONS = """
def slow(raw):
    import time
    time.sleep(60)
    return raw


def broken(raw):
    raise RuntimeError("no")


def flaky(raw):
    from pathlib import Path
    if not Path("tried").exists():
        Path("tried").touch()
        raise RuntimeError("not yet")
    return raw


plain = make
"""
ENDS = ("slow", "broken", "flaky", "plain")


@pytest.fixture(scope="module")
def ends(kubeflow: KubeflowEnv, tmp_path_factory: pytest.TempPathFactory) -> dict[str, HostRun]:
    """A run of each pipeline in one process of kfp; of the last one also where no bucket is."""
    names = ["raw", *(f"{name}_{which}" for name in ENDS for which in ("first", "last"))]
    project = make_project(
        tmp_path_factory.mktemp("ends"),
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in names},
        nodes=NODES + FUNCTIONS,
    )
    project.write("data/raw.txt", "raw")
    pipelines = {"slow": {"timeout": "5s"}, "flaky": {"retries": 2, "retry_delay": "90s"}}
    options = {"kubeflow": dict(OPTIONS_OF_VERTEX)}
    first = export(
        project, "--all", settings={"pipelines": pipelines, "targets": options}, name="shop"
    )
    specs = {name: next(first.parent.glob(f"*-{name}.yaml")) for name in ENDS}
    files = {name: on_this_machine(spec, project) for name, spec in specs.items()}
    files["no bucket"] = specs["plain"]
    requests = [host_run(project, file, {}) for file in files.values()]
    runs = run_many_on_host(kubeflow, requests, timeout=400)
    return dict(zip(files, runs, strict=True))


def codes(run: HostRun) -> list[tuple[str, int]]:
    return [(task.name, task.exit_code) for task in run.tasks]


def test_the_process_of_a_task_keeps_its_time(ends: dict[str, HostRun]) -> None:
    assert not ends["slow"].succeeded
    assert codes(ends["slow"]) == [("first", 124)]


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(ends: dict[str, HostRun]) -> None:
    assert not ends["broken"].succeeded
    ((name, code),) = codes(ends["broken"])
    assert (name, code) == ("first", 1)
    assert ends["broken"].tasks[0].output.splitlines()[-1] == "ERROR   RuntimeError: no"


def test_a_failed_node_is_tried_again_after_its_pause(ends: dict[str, HostRun]) -> None:
    run = ends["flaky"].ok()
    assert codes(run) == [("first", 1), ("first", 0), ("last", 0)]
    assert [task.waited for task in run.tasks] == [0, 90, 0]


def test_control_without_the_folder_of_the_bucket_no_run_succeeds(ends: dict[str, HostRun]) -> None:
    assert codes(ends["plain"].ok()) == [("first", 0), ("last", 0)]
    assert not ends["no bucket"].succeeded
    assert [name for name, _ in codes(ends["no bucket"])] == ["first"]


def test_a_spec_says_what_the_plan_says_to_kfp(
    kubeflow: KubeflowEnv, example: KedroProject
) -> None:
    machine = {"cpu": 2, "memory": "16G", "gpu": 1, "gpu_type": "NVIDIA_TESLA_T4"}
    content = {**settings(), "defaults": {"retries": 2, "retry_delay": "90s", "resources": machine}}
    spec = export(example, settings=content)
    assert len(list(yaml.safe_load_all(spec.read_text(encoding="utf-8")))) == 1
    tasks = load(kubeflow, spec).leaves.values()
    assert sum(len(nodes_of(task)) for task in tasks) == 13
    for task in tasks:
        assert task.container is not None
        assert task.retry is not None
        assert not task.caching
        assert not task.kubernetes
        assert (task.retry.count, task.retry.delay) == (2, 90)
        assert task.container.resources["cpuLimit"] == 2
        assert task.container.resources["memoryLimit"] == 16
        assert task.container.resources["accelerator"]["type"] == "NVIDIA_TESLA_T4"
