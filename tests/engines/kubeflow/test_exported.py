"""What an exported spec says with every option set, as kfp's five parses read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, text_file

from .env import KubeflowEnv
from .exported import IMAGE, export, load
from .parse import LoadedClaim, LoadedPipeline, LoadedSource, LoadedToleration

pytestmark = pytest.mark.engine

REGISTRY = """
return {"__default__": pipeline([
    node(f.make, "raw", "clean", name="clean", tags="heavy"),
    node(f.make, ["clean", "params:rate"], "score", name="score"),
])}
"""
SETTINGS = {
    "defaults": {
        "retries": 2,
        "retry_delay": "90s",
        "retry_backoff": 3,
        "timeout": "2h",
        "owner": "Ada Lovelace",
        "labels": {"team": "data"},
        "env": {"LEVEL": "$(id) {x}: 'é'"},
        "secrets": {"PASSWORD": {"name": "warehouse", "key": "password"}},
        "kubernetes": {
            "image_pull_policy": "IfNotPresent",
            "image_pull_secrets": ["registry"],
            "node_selector": {"pool": "batch"},
            "tolerations": [{"key": "batch", "effect": "NoExecute", "seconds": 60}],
        },
    },
    "pipelines": {
        "__default__": {
            "description": "Scores,\nevery day: *all* of them # no comment",
            "schedule": {"cron": "0 6 * * *", "start": "2026-01-01"},
            "concurrency": {"runs": 2},
            "tags": {"heavy": {"resources": {"cpu": "500m", "memory": "1.5Gi", "gpu": 1}}},
            "nodes": {"score": {"image": "other:2", "retries": 0}},
        }
    },
    "targets": {
        "kubeflow": {
            "config_maps": {"REGION": {"name": "places", "key": "region"}},
            "on_exit": {"command": ["python", "-m", "notify"]},
        }
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("raw", "clean", "score")}
    folder = tmp_path_factory.mktemp("exported")
    return make_project(folder, REGISTRY, catalog=catalog, parameters={"rate": 0.5})


@pytest.fixture(scope="module")
def spec(project: KedroProject) -> Path:
    return export(project, settings=SETTINGS)


@pytest.fixture(scope="module")
def document(kubeflow: KubeflowEnv, spec: Path) -> LoadedPipeline:
    return load(kubeflow, spec)


def test_the_pipeline(document: LoadedPipeline, spec: Path) -> None:
    assert document.name == spec.stem
    assert document.description == "Scores,\nevery day: *all* of them # no comment"
    assert document.edges == {("all-tasks", "on-exit"), ("all-tasks/clean", "all-tasks/score")}
    rate = document.inputs["rate"]
    assert (rate.type, rate.default, rate.optional) == ("NUMBER_DOUBLE", 0.5, True)


def test_tasks(document: LoadedPipeline) -> None:
    clean, score = document.leaves["all-tasks/clean"], document.leaves["all-tasks/score"]
    assert clean.container is not None
    assert score.container is not None
    assert (clean.container.image, score.container.image) == (IMAGE, "other:2")
    assert clean.container.command[:3] == ("python", "-m", "shipway.runtime")
    assert clean.container.env == {"LEVEL": "$$(id) {x}: 'é'"}
    assert not any(task.caching for task in document.leaves.values())
    assert clean.retry is not None
    assert (clean.retry.count, clean.retry.delay, clean.retry.factor) == (2, 90, 3)
    assert score.retry is None
    assert {k: v for k, v in clean.container.resources.items() if "accelerator" not in k} == {
        "resourceCpuRequest": "500m",
        "resourceCpuLimit": "500m",
        "resourceMemoryRequest": "1.5Gi",
        "resourceMemoryLimit": "1.5Gi",
    }


def test_pods(document: LoadedPipeline, project: KedroProject) -> None:
    pod = document.leaves["all-tasks/clean"].kubernetes
    assert pod is not None
    secret = LoadedSource(
        name="warehouse",
        plain_name="warehouse",
        variables={"PASSWORD": "password"},
        optional=False,
    )
    places = LoadedSource(
        name="places", plain_name="places", variables={"REGION": "region"}, optional=False
    )
    mount = str(project.path / "data")
    assert pod.secrets_as_env == (secret,)
    assert pod.config_maps_as_env == (places,)
    assert pod.claims == (LoadedClaim(name="data", plain_name="data", path=mount, sub=""),)
    assert pod.node_selector == {"pool": "batch"}
    assert pod.tolerations == (
        LoadedToleration(key="batch", operator="Exists", value="", effect="NoExecute", seconds=60),
    )
    assert pod.pull_policy == "IfNotPresent"
    assert [result.name for result in pod.pull_secrets] == ["registry"]
    assert pod.deadline == 7200
    assert (pod.labels, pod.annotations) == ({"team": "data"}, {"owner": "Ada Lovelace"})
    assert not pod.other


def test_control_a_changed_file_is_read_as_changed(
    kubeflow: KubeflowEnv, spec: Path, tmp_path: Path
) -> None:
    other = tmp_path / spec.name
    text = spec.read_text(encoding="utf-8")
    other.write_text(text.replace("maxRetryCount: 2", "maxRetryCount: 3"), encoding="utf-8")
    retry = load(kubeflow, other).leaves["all-tasks/clean"].retry
    assert retry is not None
    assert retry.count == 3
