"""Run many pipelines as jobs of a bundle: each task is called as Databricks calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from shipway.model import Json
from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.targets import OPTIONS, VOLUME

from .run_job import JobRun, Kernel, load, run

AT_ONCE = 2
SEES_ITS_OWN = True
"""A task is handed the inputs that its nodes or the configuration can see, and no others."""

_Job = tuple[Export, PipelineRun, Artifact]


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says.

    A job hands over every default along with what is set, `whole_form` or not.
    """
    jobs: list[_Job] = []
    for number, export in enumerate(exports):
        (result,) = export_all([export], "databricks", OPTIONS["databricks"], scratch / f"{number}")
        jobs += [(export, each, result[each.pipeline]) for each in export.runs]
    shares = [jobs[first::AT_ONCE] for first in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        folders = [scratch / f"kernel{number}" for number in range(AT_ONCE)]
        list(pool.map(_run_share, shares, folders))


def _run_share(jobs: Sequence[_Job], scratch: Path) -> None:
    with Kernel(scratch) as kernel:
        for number, (export, wanted, artifact) in enumerate(jobs):
            job = load(artifact.files[0])
            # Each share has numbers of its own: no two runs have one id.
            job_run = JobRun(
                id=f"{scratch.name[-1]}{number:04}", job=job, values=values_of(job, wanted.values)
            )
            folders = {VOLUME: export.project.path}
            run(kernel, job_run, folders=folders, environment=export.task_variables)
            wanted.must_end(job_run.succeeded, job_run.log)


def values_of(job: Mapping[str, Any], values: Mapping[str, Json]) -> dict[str, str]:
    """Return what is set as texts, as a person writes them into the form of a job.

    A default that is JSON says that JSON is wanted; what a task takes as YAML has none.
    """
    kinds = {
        name: kind
        for task in job["tasks"]
        for word in task["python_wheel_task"]["parameters"]
        for kind in ("text", "json", "yaml")
        for name in values
        if word.startswith(f"--{kind}={name}={{{{")
    }
    return {name: _text(value, kinds[name]) for name, value in values.items() if name in kinds}


def _text(value: Json, kind: str) -> str:
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "yaml":
        return str(yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6))
    return json.dumps(value, ensure_ascii=False)
