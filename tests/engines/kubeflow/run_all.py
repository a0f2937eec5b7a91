"""Run many pipelines with kfp's own orchestrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.projects import KedroProject

from .env import kubeflow_env
from .exported import export, run


def run_all(
    project: KedroProject, settings: Mapping[str, Any], pipelines: Sequence[str], scratch: Path
) -> None:
    """Export all, and run each; all must succeed."""
    kubeflow = kubeflow_env(scratch)
    folder = export(project, "--all", settings=settings).parent
    for name in pipelines:
        file = folder / f"{project.package.replace('_', '-')}-{name}.yaml"
        run(kubeflow, project, file).ok()
