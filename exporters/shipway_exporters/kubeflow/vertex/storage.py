"""The disk of Vertex AI: the buckets of Cloud Storage, which every task finds below `/gcs`.

Source: Vertex AI documentation, "Migrate from Kubeflow Pipelines to Vertex AI Pipelines", Storage.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway_exporters.containers.place import project_dir
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.values.shared_disks import volumes_at


def volumes_in(plan: Plan, task: Task) -> Sequence[Volume]:
    """Return the buckets where files of a task stay."""
    return volumes_at(plan, task, project_dir(plan, TARGET), PurePosixPath("/gcs/BUCKET"))
