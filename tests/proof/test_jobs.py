"""Jobs of one pipeline on each orchestrator, at once: each makes what `kedro run` makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.targets.registry import names
from tests.engines.exports import Export, PipelineRun
from tests.written import written

from .jobs import JOBS, RUNS, SETTINGS, by_kedro, made, project_of_jobs
from .runners import one_by_one, runner

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("target", names())
def test_two_jobs_at_once_make_what_kedro_run_makes(target: str, tmp_path: Path) -> None:
    project = project_of_jobs(tmp_path / "project")
    meeting = "1" if one_by_one(target) else "2"
    export = Export(
        project=project, runs=RUNS, settings=SETTINGS, task_variables={"MEETING": meeting}
    )
    runner(target)([export], tmp_path / "scratch")
    assert made(project) == by_kedro(tmp_path / "kedro")
    store = project.path / "data" / "store"
    assert not [path for path in store.rglob("*") if path.is_file()], "each job empties its own"
    versions = [name.split("/")[2] for name in written(project) if "model.txt" in name]
    assert len(set(versions)) == len(versions) == len(RUNS)


@pytest.mark.parametrize("target", names())
def test_a_constant_of_a_job_can_be_set_for_one_run(target: str, tmp_path: Path) -> None:
    project = project_of_jobs(tmp_path / "project")
    # One is set to what the project has: not the job's, and not the run's own default either.
    values = {"model.beta": 2, "model.alpha": 9.5}
    runs = [PipelineRun(pipeline=name, is_job=True, values=values) for name in JOBS]
    runner(target)([Export(project=project, runs=runs, settings=SETTINGS)], tmp_path / "scratch")
    assert made(project) == by_kedro(tmp_path / "kedro", **values)


def test_control_without_constants_other_files_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = by_kedro(tmp_path / "right")
    monkeypatch.setitem(JOBS["fr"], "params", {"country": "fr"})
    assert by_kedro(tmp_path / "wrong") != right
