"""Projects exported for Databricks, and their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject
from tests.targets import OPTIONS, VOLUME

from .run_job import JobRun, Kernel, load, run


def export(
    project: KedroProject, *args: str, settings: Mapping[str, Any] | None = None, name: str = ""
) -> Mapping[str, Any]:
    """Export into a folder of the project, and return the job."""
    file = project.path / "deploy-for-test.yml"
    content = overlay({"targets": {"databricks": dict(OPTIONS["databricks"])}}, settings or {})
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    folder = project.path / "deploy" / "databricks"
    words = ["export", "databricks", "-o", str(folder), "--settings", str(file), *args]
    process = shipway(project.path, *words)
    assert process.returncode == 0, process.stdout + process.stderr
    return load(folder / "resources" / f"{name or project.package}.job.yml")


def run_once(
    scratch: Path,
    project: KedroProject,
    job: Mapping[str, Any],
    values: Mapping[str, str] | None = None,
    **options: Any,
) -> JobRun:
    """Run a job; `options` are those of `run`."""
    job_run = JobRun(id="881", job=job, values=values or {})
    with Kernel(scratch) as kernel:
        return run(kernel, job_run, folders={VOLUME: project.path}, **options)
