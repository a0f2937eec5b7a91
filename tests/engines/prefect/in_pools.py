"""A project whose flows run in containers: what they do, and what they are told."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.engines.hard_nodes import HARD_NODES
from tests.engines.hopeless import of_another_pipeline
from tests.projects import KedroProject, kept, make_project, text_file

IMAGE = "registry.example.com/prefect-and-project:1"
NODES = (
    HARD_NODES
    + """
import json
import os


def train(alpha, text):
    return f"model of {alpha} {text}"


def evaluate(model, alpha, meet):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < meet:
        assert time.monotonic() < end
        time.sleep(0.2)
    return f"{model}, evaluated with {alpha}"


def leave():
    os._exit(3)


def sleep():
    time.sleep(600)


def look(names):
    files = {name: Path(name) for name in names if name.startswith("/")}
    texts = {name: file.read_text() for name, file in files.items() if file.is_file()}
    places = {name: os.access(file, os.W_OK) for name, file in files.items() if file.is_dir()}
    variables = {name: os.environ.get(name) for name in names if name not in files}
    return json.dumps({**texts, **places, **variables})
"""
)
REGISTRY = """
return {
    "__default__": pipeline([]),
    "models": pipeline([
        node(f.train, ["params:alpha", "params:text"], "model", name="train"),
        node(f.evaluate, ["model", "params:alpha", "params:meet"], "score", name="evaluate"),
    ]),
    "killed": pipeline([
        node(f.first, None, "first", name="first"),
        node(f.wait_once, "first", "second", name="second"),
    ]),
    "controls": pipeline([
        node(f.fail, None, "failed", name="fail"),
        node(f.leave, None, "left", name="leave"),
        node(f.sleep, None, "slept", name="sleep"),
        node(f.devour, None, "devoured", name="devour"),
    ]),
    "imageless": pipeline([node(f.fail, None, "imaged", name="no_image")]),
    "told": pipeline([node(f.look, "params:names", "view", name="look")]),
    "drifted": pipeline([node(f.first, None, "drift", name="drift")]),
}
"""
_VERSIONED = ("model", "score", "first", "second")
_PLAIN = ("failed", "left", "slept", "devoured", "imaged", "view", "drift")
SEEN: Mapping[str, Mapping[str, Any]] = {
    "docker": {"/models/a.txt": "a model", "/models": False, "/scratch": True},
    "kubernetes": {
        "REGION": "north",
        "WORD": "se$(cret)",
        "/etc/regions/REGION": "north",
        "/etc/word.txt": "se$(cret)",
        "/scratch": True,
    },
}
"""What the node of the pipeline `told` sees: variables, texts of files, and whether folders can be
written to."""


def claim_of(folder: Path) -> str:
    """The claim that is a project's folder."""
    return re.sub("[^a-z0-9]", "-", folder.name)


def pooled_project(folder: Path, pool: str) -> KedroProject:
    """Write the project, for a pool."""
    catalog = {name: text_file(f"{name}.txt", versioned=True) for name in _VERSIONED}
    catalog |= {name: text_file(f"{name}.txt") for name in _PLAIN}
    parameters = {"alpha": 0.0, "text": "plain", "meet": 2, "names": list(SEEN[pool])}
    return make_project(folder, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)


def pipelines_of(pool: str, models: Path) -> dict[str, dict[str, Any]]:
    """The settings of each pipeline of the project.

    Args:
        models: a folder of this machine.
    """
    controls = {"sleep": {"timeout": "8s"}, "devour": {"resources": {"memory": "512Mi"}}}
    return {
        "models": {},
        "killed": {},
        # A run has a limit where all its tasks have one.
        "controls": {"nodes": controls, "resources": {"memory": "64Mi"}},
        "drifted": {},
        "imageless": {"image": "registry.example.com/nobody:1"},
        "told": _told_docker(models) if pool == "docker" else _told_pod(),
    }


def _told_docker(models: Path) -> dict[str, Any]:
    return {
        "resources": {"cpu": "500m", "memory": "256Mi", "limits": {"cpu": 1, "memory": "512Mi"}},
        "volumes": [
            {"host_path": str(models), "mount": "/models", "read_only": True},
            {"empty_dir": {"medium": "Memory", "size": "4Mi"}, "mount": "/scratch"},
        ],
    }


def _told_pod() -> dict[str, Any]:
    return {
        "resources": {
            "cpu": "500m",
            "memory": "256Mi",
            "ephemeral_storage": "1Gi",
            "limits": {"cpu": 1, "memory": "512Mi", "ephemeral_storage": "2Gi"},
        },
        "env_from": [{"secret": "word"}, {"config_map": "regions"}],
        "volumes": [
            {"config_map": "regions", "mount": "/etc/regions"},
            {"secret": "word", "key": "WORD", "mount": "/etc/word.txt", "read_only": True},
            {"empty_dir": {"medium": "Memory", "size": "4Mi"}, "mount": "/scratch"},
        ],
        "kubernetes": {
            "node_selector": {"pool": "ml"},
            "tolerations": [{"key": "gpu"}, {"key": "a", "value": "b", "effect": "NoSchedule"}],
            "labels": {"part-of": "shop"},
            "annotations": {"note": 'it\'s $(A) -- "b"\nü'},
            "image_pull_secrets": ["ghcr"],
            "priority_class": "batch",
        },
    }


def settings_of(
    pool: str, folder: Path, pipelines: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What makes a run find the project where it stands here; flows are named by their pool."""
    source = {"host_path": str(folder)} if pool == "docker" else {"claim": claim_of(folder)}
    volume = {**source, "mount": str(folder)}
    # Docker would ask the registry for an image that is not there.
    of_docker = {"network_mode": "host", "image_pull_policy": "Never"}
    named = {k: {**own, "name": f"{k.strip('_')}_{pool}"} for k, own in pipelines.items()}
    for own in named.values():
        own["volumes"] = [volume, *own.get("volumes", ())]
    return {
        "defaults": {"env": {**kept(), "MPLCONFIGDIR": "/tmp"}},
        "pipelines": named,
        "targets": {
            "prefect": {
                "work_pool": {"name": pool, "type": pool},
                "image": IMAGE,
                "project_dir": str(folder),
                "python": sys.executable,
                "job_variables": of_docker if pool == "docker" else {},
            }
        },
    }


def drift(folder: Path, pool: str) -> None:
    """Let one of the emitted flows be of another pipeline than the project has."""
    flow = folder / f"drifted_{pool}" / "flow.py"
    flow.write_text(of_another_pipeline(flow.read_text(), "drifted"))


def in_one(folder: Path) -> Path:
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
