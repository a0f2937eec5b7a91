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
CLUSTER = {"spark_version": "16.4.x-scala2.12", "node_type_id": "i3.xlarge", "num_workers": 0}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "airflow": {},
    "databricks": {"compute": {"default": {"cluster": CLUSTER}}, "project_dir": VOLUME},
    "kubeflow": {"image": IMAGE, "volumes": [DATA]},
    "prefect": {},
}
"""The smallest options with which a target exports any pipeline, also one of local files."""
TARGETS = tuple(OPTIONS)
SIGNS: Mapping[str, str] = {"airflow": "_", "databricks": "_", "kubeflow": "-", "prefect": "_"}
"""What stands between the words of a pipeline's name on a target."""
WITH_IMAGES = ("airflow", "kubeflow", "prefect")
"""Targets whose tasks may run in an image, by a Python in it, with the resources that are set."""
OF_PODS = ("kubeflow",)
"""Targets whose tasks are pods, whatever the options say."""
WITHOUT_DOCS = (*OF_PODS, "databricks")
"""Targets whose artifacts hold neither the tags nor the docs of nodes."""
WHOLE_PODS: tuple[str, ...] = ()
"""Those among them that write the whole pod: its service account, its namespace and so on."""
LONGEST_TEXT: Mapping[str, int] = {"databricks": 1000}
"""The longest of very many texts that one task can be handed, where all of them have a limit."""
ZONE: Mapping[str, Mapping[str, Any]] = {"kubeflow": {"timezone": "Europe/Paris"}}
"""The options of a target whose schedules are all in one zone, for a schedule in Paris."""
FILLING_IN: Mapping[str, tuple[str, ...]] = {
    "databricks": ("{{", "${", "$", "'", '"', "`", "\\", "\n", "\r"),
    "kubeflow": ("{{", "$(", "$$"),
}
"""What a target, or Kubernetes below it, replaces in a text: refused in a variable, or escaped."""
GOLDEN: Mapping[str, Mapping[str, Any]] = {
    "airflow-3": {"version": "3"},
    "airflow-2.11": {"version": "2.11"},
    "databricks": {},
    "kubeflow": {},
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
