"""Workflows whose pods a small Kubernetes admits, and podman runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from scripts.containers import IMAGE

from shipway.settings.source import overlay
from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.projects import KedroProject, copy_example, kept, make_project, text_file
from tests.written import persisted

from .controller import run_workflow
from .exported import export
from .pods import cluster_pods, pod_object
from .substitutions import Run, pods_of

pytestmark = pytest.mark.engine

NODES = """
import os
import time
from pathlib import Path


def look(title):
    names = ("PASSWORD", "MODE", "FROM_SECRET", "FROM_MAP", "PAIR")
    lines = [title, *(os.environ[name] for name in names)]
    return "\\n".join([*lines, Path("/keys/id").read_text(), str(Path("/scratch").is_dir())])


def wait():
    time.sleep(60)
"""
REGISTRY = """
look = node(f.look, "params:title", "shown", name="look")
return {"__default__": pipeline([look]), "slow": pipeline([node(f.wait, None, "x", name="wait")])}
"""


@pytest.fixture
def cluster(podman: Podman) -> Iterator[KubernetesApi]:
    """One for each test: their projects stand on a claim of the same name."""
    with KubernetesApi(podman) as api:
        yield api


def settings_for(project: KedroProject, **more: Any) -> dict[str, Any]:
    """What makes tasks run in the tests' image, with the project's folder mounted."""
    env = {**kept(), "DO_NOT_TRACK": "1", "HOME": "/tmp", "MPLCONFIGDIR": "/tmp"}
    target = {
        "image": IMAGE,
        "python": sys.executable,
        "volumes": [{"claim": "project", "mount": str(project.path)}],
    }
    return dict(overlay({"defaults": {"env": env}, "targets": {"argo": target}}, more))


def test_the_example_in_pods_makes_what_kedro_run_makes(
    cluster: KubernetesApi, energy_by_kedro: dict[str, bytes], tmp_path: Path
) -> None:
    project = copy_example(tmp_path / "energy")
    cluster.claim("project", project.path)
    workflow = export(project, settings=settings_for(project, defaults={"retries": 0}))[0]
    outcome = run_workflow(workflow, Run(), cluster_pods(cluster, workflow)).ok()
    assert len(outcome.tries) == 11
    assert persisted(project) == energy_by_kedro
    assert not cluster.refusals


@pytest.fixture
def project(tmp_path: Path, cluster: KubernetesApi) -> KedroProject:
    result = make_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        catalog={"shown": text_file("shown.txt"), "x": text_file("x.txt")},
        parameters={"title": "a title"},
    )
    (result.path / "data").mkdir()
    cluster.claim("project", result.path)
    return result


def look_settings(project: KedroProject) -> Mapping[str, Any]:
    content = {
        "secrets": {"PASSWORD": {"name": "warehouse", "key": "password"}},
        "env": {"MODE": "fast $(HOME) $$", "PAIR": "$(PASSWORD)"},
        "env_from": [{"secret": "more"}, {"config_map": "flags"}],
        "volumes": [
            {"claim": "project", "mount": str(project.path)},
            {"secret": "keys", "mount": "/keys", "read_only": True},
            {"empty_dir": {}, "mount": "/scratch"},
        ],
        "resources": {"cpu": "500m", "memory": "1Gi"},
        "kubernetes": {
            "labels": {"tier": "batch"},
            "annotations": {"note": "by hand"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        },
    }
    return settings_for(
        project, pipelines={"__default__": content}, defaults={"labels": {"team": "a"}}
    )


def test_what_settings_say_reaches_the_node(cluster: KubernetesApi, project: KedroProject) -> None:
    cluster.secret("warehouse", {"password": "pass word"})
    cluster.secret("more", {"FROM_SECRET": "of a secret"})
    cluster.secret("keys", {"id": "a key"})
    cluster.config_map("flags", {"FROM_MAP": "of a map"})
    workflow = export(project, settings=look_settings(project))[0]
    title = "it's {{workflow.uid}} $(HOME) $$"
    run = Run(parameters={"title": title})
    run_workflow(workflow, run, cluster_pods(cluster, workflow)).ok()
    lines = (project.path / "data" / "shown.txt").read_text().splitlines()
    goal = [title, "pass word", "fast $(HOME) $$", "of a secret", "of a map", "$(PASSWORD)"]
    assert lines == [*goal, "a key", "True"]
    (pod,) = (p for p in cluster.pods if p["metadata"]["name"].startswith("look-"))
    assert pod["metadata"]["labels"] == {"team": "a", "tier": "batch"}


def test_a_try_ends_at_its_deadline(cluster: KubernetesApi, project: KedroProject) -> None:
    settings = settings_for(project, defaults={"timeout": "4s", "retries": 1})
    name = f"{project.package.replace('_', '-')}-slow"
    workflow = export(project, "-p", "slow", settings=settings, name=name)[0]
    outcome = run_workflow(workflow, Run(), cluster_pods(cluster, workflow))
    assert not outcome.succeeded
    assert len(outcome.tries["wait"]) == 2


def test_control_without_its_secret_a_pod_does_not_start(
    cluster: KubernetesApi, project: KedroProject
) -> None:
    settings = settings_for(
        project, defaults={"secrets": {"PASSWORD": {"name": "absent", "key": "password"}}}
    )
    workflow = export(project, settings=settings)[0]
    pod = pod_object("without", pods_of(workflow, Run())["look"], workflow["spec"])
    cluster.create("pods", pod)
    assert cluster.wait_for_obstacle("without")["phase"] == "Pending"
    assert "absent" in str(cluster.events("without"))
    cluster.delete("pods", "without")
