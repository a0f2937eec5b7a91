"""Specs for Vertex AI: what kfp lets pass of mistakes, and the example, run by kfp's orchestrator.

No server of Vertex AI can be had. The folder of the project, on a bucket there, is one of this
machine; where a task runs and what fills its placeholders are kfp's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipway_exporters.kubeflow.rules import faults
from shipway_exporters.kubeflow.vertex.rules import RULES
from tests.projects import NODES, KedroProject, copy_example, make_project, text_file
from tests.targets import VERTEX
from tests.unit.kubeflow.vertex_mistakes import OWN
from tests.unit.kubeflow.vertex_samples import good
from tests.written import persisted

from . import samples
from .env import KubeflowEnv
from .exported import export, load, nodes_of, run
from .host import HostRun
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
    options = {**VERTEX, "volumes": [], **more}
    return {"defaults": {"retries": 0}, "targets": {"kubeflow": options}}


def on_this_machine(spec: Path, project: KedroProject) -> Path:
    """The spec with the project's folder in the place of that on a bucket."""
    text = spec.read_text(encoding="utf-8")
    assert VERTEX["project_dir"] in text
    spec.write_text(text.replace(VERTEX["project_dir"], str(project.path)), encoding="utf-8")
    return spec


def run_here(
    kubeflow: KubeflowEnv,
    project: KedroProject,
    *words: str,
    name: str = "",
    content: Mapping[str, Any] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> HostRun:
    spec = export(project, *words, settings=content or settings(), name=name)
    return run(kubeflow, project, on_this_machine(spec, project), arguments)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("vertex") / "energy")


@pytest.fixture(scope="module")
def authored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `kedro run` makes of the same project."""
    project = copy_example(tmp_path_factory.mktemp("kedro") / "energy")
    process = project.run("python", "-m", "kedro", "run")
    assert process.returncode == 0, process.stdout + process.stderr
    return persisted(project)


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
    kubeflow: KubeflowEnv, example: KedroProject, authored: dict[str, bytes]
) -> None:
    content = settings(on_exit={"command": ON_EXIT})
    process = run_here(kubeflow, example, content=content).ok()
    assert len(process.names) == 12
    assert persisted(example) == authored
    assert json.loads((example.path / "ended").read_text())["state"] == "SUCCEEDED"


def test_parameters_set_at_submit_change_the_run(
    kubeflow: KubeflowEnv, example: KedroProject
) -> None:
    words = ("-p", "reporting")
    arguments = {"reporting_title": 'A "new" title: {a}, $(b) %s'}
    run_here(kubeflow, example, *words, name="energy-reporting", arguments=arguments).ok()
    report = (example.path / "data" / "08_reporting" / "report.md").read_text(encoding="utf-8")
    assert 'A "new" title: {a}, $(b) %s' in report


REGISTRY = """
return {"__default__": pipeline([
    node(f.slow, "raw", "first", name="first"), node(f.make, "first", "last", name="last"),
])}
"""
FUNCTIONS = """
def slow(raw):
    import time
    time.sleep(60)
    return raw
"""


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("raw", "first", "last")}
    project = make_project(tmp_path, REGISTRY, catalog=catalog, nodes=NODES + FUNCTIONS)
    project.write("data/raw.txt", "raw")
    return project


def test_the_process_of_a_task_keeps_its_time(kubeflow: KubeflowEnv, project: KedroProject) -> None:
    content = {**settings(), "defaults": {"retries": 0, "timeout": "15s"}}
    process = run_here(kubeflow, project, content=content)
    assert not process.succeeded
    assert [task.exit_code for task in process.tasks if task.name == "first"] == [124]


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
