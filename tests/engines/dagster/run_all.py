"""Run many pipelines on Dagster, one process for all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, kept

from .env import DagsterEnv, dagster_env

ONE_BY_ONE = True
"""In one process, as most of each would be its start; `test_instance.py` has two at once."""
SCRIPT = Path(__file__).with_name("run_jobs.py")


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says."""
    with stand_in() as python:
        runs: list[PipelineRun] = []
        requests: list[dict[str, Any]] = []
        for number, export in enumerate(exports):
            options = {"python": str(python)}
            (result,) = export_all([export], "dagster", options, scratch / f"files{number}")
            variables = {**run_env(export.project), **export.task_variables}
            runs += export.runs
            requests += [request(result[run.pipeline], run, variables) for run in export.runs]
        outcomes = run_jobs(dagster_env(scratch), requests)
    for run, outcome in zip(runs, outcomes, strict=True):
        run.must_end(outcome["success"], outcome)


def request(result: Artifact, run: PipelineRun, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return what `run_jobs.py` takes for a run."""
    return {
        "path": str(result.file(".py")),
        "job": result.name,
        "values": dict(run.values),
        "whole_form": run.whole_form,
        "env": dict(variables),
    }


def run_jobs(env: DagsterEnv, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Run jobs one after another, and return the outcome of each."""
    timeout = 120 + 30 * len(requests)
    outcome = env.run(env.home(), [SCRIPT], text=json.dumps(list(requests)), timeout=timeout)
    assert outcome.returncode == 0, outcome.stderr[-6000:]
    result: list[dict[str, Any]] = json.loads(outcome.stdout)
    return result


def run_env(project: KedroProject) -> dict[str, str]:
    """What must hold where the project's tasks run."""
    return {**kept(), f"{project.package.upper()}_ROOT": str(project.path)}
