"""The disk of Vertex AI: the buckets of Cloud Storage, which every task finds below `/gcs`.

Source: Vertex AI documentation, "Migrate from Kubeflow Pipelines to Vertex AI Pipelines", Storage.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume

_BUCKETS = Volume(kind="claim", source="Cloud Storage", mount="/gcs")
"""It is what a claim is elsewhere: files on it outlive their task, and all tasks see the same."""


def volumes_in(_plan: Plan, _task: Task) -> Sequence[Volume]:
    """Return where files stay."""
    return (_BUCKETS,)
