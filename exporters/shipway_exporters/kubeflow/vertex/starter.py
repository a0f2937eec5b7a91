"""What `shipway init kubeflow` says of Vertex AI."""

from __future__ import annotations

from shipway.model import Project

_INSTEAD = """\
    # For Vertex AI, these lines take the place of `project_dir` and `volumes`:
    # platform: vertex
    # project_dir: /gcs/BUCKET/{folder}  # local files stand below it, on Cloud Storage
    # project: PROJECT
    # location: REGION
    # pipeline_root: gs://BUCKET/runs
"""


def instead(project: Project) -> str:
    """Return the options for Vertex AI as comments of a first section."""
    return _INSTEAD.format(folder=project.name.strip("_").replace("_", "-") or "project")
