"""The projects of `test_in_containers.py`, and the settings of their DAGs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.containers import IMAGE

from shipway.settings.source import overlay
from tests.engines.hard_nodes import HARD_NODES
from tests.projects import KedroProject, make_project, text_file

from .env import AirflowEnv
from .exported import export
from .in_containers import claim_of, export_for, volume_of

FEWER = {"defaults": {"group_by": "tag:features,weekly", "concurrency": {"runs": 4}}}
NODES = (
    HARD_NODES
    + """
import os


def train(alpha):
    return f"model of {alpha}"


def evaluate(model, alpha):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    return f"{model}, evaluated with {alpha}"


def sleep():
    print("asleep", flush=True)
    time.sleep(600)


def make():
    return "made"


def tell(greeting):
    return f"{greeting}, {os.environ['WORD']}"


def repeat(text):
    return f"{text}! {text}!"
"""
)
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
    "waited": pipeline([
        node(f.fail, None, "failed", name="fail"),
        node(f.make, None, "made", name="make"),
    ]),
    "told": pipeline([
        node(f.tell, "params:greeting", "told", name="tell"),
        node(f.repeat, "told", "repeated", name="repeat"),
    ]),
}
"""
CONTROLS: Mapping[str, Any] = {
    "sleep": {"timeout": "8s"},
    "devour": {"resources": {"memory": "700Mi"}},
    "no_image": {"image": "registry.example.com/nobody:1"},
}
EXPORTS: Mapping[str, Sequence[tuple[Sequence[str], Mapping[str, Any]]]] = {
    "docker": [(("models", "killed", "drifted", "controls"), {})],
    "kubernetes": [
        (("models", "killed", "drifted"), {}),
        (("controls",), {"keep_failed_pods": True}),
        (("waited",), {"deferrable": True}),
    ],
}
"""Which pipelines are exported with which options of the target."""
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
            "waited": {"name": f"waited_{way}"},
            "controls": {
                "name": f"controls_{way}",
                "nodes": {**CONTROLS, "no_secret": of_secret},
            },
        },
    }


def container_project(folder: Path) -> KedroProject:
    """Make a project of small pipelines, each of which shows one thing."""
    files = ("first", "second", "failed", "slept", "devoured", "imaged", "secret", "made")
    catalog = {name: text_file(f"{name}.txt") for name in (*files, "drifted", "told", "repeated")}
    catalog |= {name: text_file(f"{name}.txt", versioned=True) for name in ("model", "score")}
    return make_project(
        folder,
        REGISTRY,
        nodes=NODES,
        catalog=catalog,
        parameters={"alpha": 0.0, "greeting": "good morning"},
    )


def export_energy(example: KedroProject, airflow: AirflowEnv, way: str) -> Path:
    """Export the example for a way, and return the file of its DAG.

    Mixed: the report is written on the worker, which has the folder that Docker mounts.
    """
    nodes = {"nodes": {"write_report": {"run_on": "local"}}} if way == "mixed" else {}
    values = {**FEWER, "pipelines": {"__default__": {"name": f"energy_{way}", **nodes}}}
    if way == "mixed":
        values = {"pipelines": values["pipelines"]}
    run_on = "docker" if way == "mixed" else way
    folder = export_for(example, airflow, run_on, "--pipeline", "__default__", settings=values)
    return folder / f"energy_{way}.py"


def export_dags(project: KedroProject, airflow: AirflowEnv, way: str) -> list[Path]:
    """Export the pipelines for a way, and return the files of their DAGs."""
    files: set[Path] = set()
    for names, options in EXPORTS[way]:
        words = [word for name in names for word in ("--pipeline", name)]
        values = overlay(settings(way), {"targets": {"airflow": dict(options)}})
        files |= set(export_for(project, airflow, way, *words, settings=values).glob("*.py"))
    return sorted(files)


def export_for_workers(project: KedroProject, airflow: AirflowEnv) -> list[Path]:
    """Export for workers of the KubernetesExecutor, and return the files of the DAGs."""
    words = ("--pipeline", "told", "--pipeline", "waited")
    folder = export(project, airflow, *words, settings=worker_settings(project))
    return sorted(folder.glob("*.py"))


def worker_settings(project: KedroProject) -> dict[str, Any]:
    """What workers of the KubernetesExecutor are told of their pods."""
    secret = {"secrets": {"WORD": {"name": "words", "key": "first"}}}
    pods = {
        "resources": {"cpu": "1", "memory": "2Gi"},
        "kubernetes": {
            "labels": {"team": "energy"},
            "annotations": {"acme.example/cost-center": "42"},
            "node_selector": {"pool": "batch"},
            "tolerations": [{"key": "batch", "operator": "Exists"}],
        },
    }
    return {
        "defaults": {
            "image": IMAGE,
            "project_dir": str(project.path),
            "env": {"MPLCONFIGDIR": "/tmp"},
            "volumes": [volume_of(project, "kubernetes")],
        },
        "targets": {"airflow": {"executor": "kubernetes"}},
        "pipelines": {
            "told": {"name": "workers_told", **secret, **pods},
            "waited": {"name": "workers_waited", "nodes": {"make": SECRET}},
        },
    }


def told_spec(project: KedroProject) -> dict[str, Any]:
    """What `worker_settings` says of the pods of `told`, as Kubernetes writes it."""
    claim, compute = claim_of(project), {"cpu": "1", "memory": "2Gi"}
    secret = {"secretKeyRef": {"name": "words", "key": "first"}}
    container = {
        "name": "base",
        "image": IMAGE,
        "resources": {"requests": compute, "limits": compute},
        "env": [{"name": "WORD", "valueFrom": secret}],
        "volumeMounts": [{"name": f"claim-{claim}", "mountPath": str(project.path)}],
    }
    return {
        "containers": [container],
        "nodeSelector": {"pool": "batch"},
        "tolerations": [{"key": "batch", "operator": "Exists"}],
        "volumes": [{"name": f"claim-{claim}", "persistentVolumeClaim": {"claimName": claim}}],
    }
