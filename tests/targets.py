"""What a test must know of each target: a new target has its entries here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

IMAGE = "shop:1"
DATA = {"claim": "data", "mount": "/app/data"}
"""A volume for the local files of a project that stands where containers expect it."""
VOLUME = "/Volumes/main/default/shop"
"""A folder on a volume of Unity Catalog that holds such a project."""
CLUSTER = {"spark_version": "16.4.x-scala2.12", "node_type_id": "i3.xlarge", "num_workers": 1}
VERTEX: Mapping[str, Any] = {
    "platform": "vertex",
    # On the buckets, which are the only disk of tasks there.
    "project_dir": "/gcs/acme/project",
    "project": "acme-energy",
    "location": "europe-west1",
    "pipeline_root": "gs://acme/runs",
}
"""The options by which Kubeflow's specs are for Vertex AI, beside `image`."""
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "airflow": {},
    "argo": {"image": IMAGE, "volumes": [DATA]},
    "dagster": {},
    "databricks": {
        "compute": {
            "default": {"cluster": CLUSTER, "libraries": [{"pypi": {"package": "shipway"}}]}
        },
        "project_dir": VOLUME,
    },
    "flyte": {
        "image": IMAGE,
        "volumes": [DATA],
        "allow_lossy": ["retry_delay", "retry_backoff"],
    },
    "kubeflow": {"image": IMAGE, "volumes": [DATA]},
    "kubernetes": {
        "image": IMAGE,
        "volumes": [DATA],
        "allow_lossy": ["retry_delay", "retry_backoff"],
    },
    "luigi": {
        "allow_lossy": [
            *("schedule", "notify", "concurrency.runs", "retry_backoff", "owner", "labels"),
        ]
    },
    "prefect": {},
}
"""The smallest options with which a target exports any pipeline, also one of local files."""
CHOOSING: Mapping[str, Mapping[str, Any]] = {"vertex": {**VERTEX, "volumes": []}}
"""The options besides, by which a target writes for another of its orchestrators; by the word that
chooses it."""
TARGETS = tuple(OPTIONS)
SIGNS: Mapping[str, str] = {
    "airflow": "_",
    "argo": "-",
    "dagster": "_",
    "databricks": "_",
    "flyte": "_",
    "kubeflow": "-",
    "kubernetes": "-",
    "luigi": "_",
    "prefect": "_",
}
"""What stands between the words of a pipeline's name on a target."""
WITH_IMAGES = ("airflow", "argo", "flyte", "kubeflow", "kubernetes", "prefect")
"""Targets whose tasks may run in an image, by a Python in it, with the resources that are set."""
OF_PODS = ("argo", "flyte", "kubeflow", "kubernetes")
"""Targets whose tasks are pods, whatever the options say."""
WITHOUT_DOCS = (*OF_PODS, "databricks")
"""Targets whose artifacts hold neither the tags nor the docs of nodes."""
WHOLE_PODS = ("kubernetes",)
"""Those among them that write the whole pod: its service account, its namespace and so on."""
LONGEST_TEXT: Mapping[str, int] = {"databricks": 1000}
"""The longest of very many texts that one task can be handed, where all of them have a limit."""
ZONE: Mapping[str, Mapping[str, Any]] = {
    "flyte": {"timezone": "Europe/Paris"},
    "kubeflow": {"timezone": "Europe/Paris"},
}
"""The options of a target whose schedules are all in one zone, for a schedule in Paris."""
LESS: Mapping[str, Mapping[str, Any]] = {"kubernetes": {"concurrency": {"runs": 1}}}
"""What of the settings that a test asks of every target one of them can express in part alone."""
ONE_TASK = ("kubernetes",)
"""Targets that run a pipeline as one task, and whose runs are given no parameters."""
OF_TASKS = tuple(name for name in TARGETS if name not in ONE_TASK)
"""All others."""
FILLING_IN: Mapping[str, tuple[str, ...]] = {
    "argo": ("{{", "$(", "$$"),
    "databricks": ("{{", "${", "%{", "$", "'", '"', "`", "\\", "\n", "\r"),
    "kubeflow": ("{{", "$(", "$$"),
}
"""What a target, or Kubernetes below it, replaces in a text: refused in a variable, or escaped."""
GOLDEN: Mapping[str, Mapping[str, Any]] = {
    "airflow-3": {"version": "3"},
    "airflow-2.11": {"version": "2.11"},
    "argo": {},
    "dagster": {},
    "databricks": {},
    "flyte": {},
    "kubeflow": {},
    "kubeflow-vertex": CHOOSING["vertex"],
    "kubernetes": {},
    "luigi": {},
    "prefect": {},
}
"""The folders of golden files, each with options beside those of the example's settings."""


def settings_of_all(**content: Any) -> dict[str, Any]:
    """Return settings with which every target exports; `content` are further sections."""
    # Copies, so that YAML writes each out instead of a reference to the first.
    return {
        "targets": {name: deepcopy(dict(options)) for name, options in OPTIONS.items()}
    } | content


def settings_file(**content: Any) -> str:
    """Return the same as the text of a `deploy.yml`."""
    return yaml.safe_dump(settings_of_all(**content), allow_unicode=True)
