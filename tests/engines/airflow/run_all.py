"""Run many pipelines under one scheduler of Airflow 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.engines.exports import Export, PipelineRun, export_all
from tests.engines.stand_in import stand_in

from .env import airflow_env
from .exported import VERSIONS, run_env
from .stack import AirflowStack


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says."""
    with stand_in() as python:
        _run_all(exports, scratch, {"version": VERSIONS[3], "python": str(python)})


def _run_all(exports: Sequence[Export], scratch: Path, options: Mapping[str, str]) -> None:
    airflow = airflow_env(3, scratch)
    dags = scratch / "dags"
    artifacts = export_all(exports, "airflow", options, dags)
    with AirflowStack(airflow, dags, _variables(exports)) as stack:
        stack.read_all(made.name for artifact in artifacts for made in artifact.values())
        runs = [
            (run, name, stack.trigger(name, _conf(stack, name, run)))
            for export, output in zip(exports, artifacts, strict=True)
            for run in export.runs
            for name in [output[run.pipeline].name]
        ]
        for run, name, run_id in runs:
            result = stack.wait(name, run_id, timeout=120 + 30 * len(runs))
            failure = [
                task for task, settings in result.tasks.items() if settings.state == "failed"
            ]
            log = [stack.task_log(name, run_id, task) for task in failure]
            run.must_end(result.state == "success", log)


def _variables(exports: Sequence[Export]) -> dict[str, str]:
    """One environment for all workers; files that do not change are read once."""
    variables = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600"}
    for export in exports:
        variables |= {**run_env(export.project), **export.task_variables}
    return variables


def _conf(stack: AirflowStack, name: str, run: PipelineRun) -> Mapping[str, Any]:
    """What the form of Airflow hands over holds every parameter of the DAG."""
    if not run.whole_form:
        return run.values
    return {**stack.form(name), **run.values}
