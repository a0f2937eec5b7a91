"""Run many pipelines as `pyflyte run` does, one process for all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.engines.exports import Export, export_all
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, kept

from .env import Flyte

SEES_ITS_OWN = True
"""The inputs of a task are the parameters that it can see."""
ONE_BY_ONE = True
"""A workflow runs its tasks in one thread here; `test_runs.py` has two runs at once."""


def options_for(project: KedroProject) -> dict[str, object]:
    """Options by which tasks see the project where it stands here."""
    folder = str(project.path)
    return {
        "image": "shop:1",
        "volumes": [{"claim": "project", "mount": folder}],
        "project_dir": folder,
        "allow_lossy": ["retry_delay", "retry_backoff"],
    }


def run_env(project: KedroProject, python: Path) -> dict[str, str]:
    """What the process that runs a workflow is told of this machine."""
    name = project.package.upper()
    return {**kept(), f"{name}_ROOT": str(project.path), f"{name}_PYTHON": str(python)}


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says."""
    with stand_in() as python, Flyte(scratch) as flyte:
        for number, export in enumerate(exports):
            folder = scratch / f"modules{number}"
            (result,) = export_all([export], "flyte", options_for(export.project), folder)
            more = {**run_env(export.project, python), **export.task_variables}
            for run in export.runs:
                code, printed = flyte.run(result[run.pipeline].file(".py"), run.values, more)
                run.must_end(code == 0, printed)
