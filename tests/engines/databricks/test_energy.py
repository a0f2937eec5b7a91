"""The example as a job: its tasks, called as Databricks calls them, make what `kedro run` makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, copy_example
from tests.targets import VOLUME
from tests.written import persisted

from .exported import export, run_once
from .run_job import JobRun, Kernel, in_order, run

pytestmark = pytest.mark.engine

SETTINGS = {
    "defaults": {"retries": 2, "retry_delay": "1s"},
    "targets": {"databricks": {"project_dir": VOLUME}},
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("databricks") / "energy")


def test_tasks_make_what_kedro_run_makes(
    example: KedroProject, energy_by_kedro: dict[str, bytes], tmp_path: Path
) -> None:
    job = export(example, "--allow-lossy=retry_backoff", settings=SETTINGS)
    assert len(job["tasks"]) == 11
    result = run_once(tmp_path, example, job).ok()
    rank = {name: number for number, name in enumerate(result.order)}
    for task in job["tasks"]:
        for need in task.get("depends_on", ()):
            assert rank[need["task_key"]] < rank[task["task_key"]]
    assert persisted(example) == energy_by_kedro


def test_parameters_set_at_trigger_time_change_the_run(
    example: KedroProject, tmp_path: Path
) -> None:
    words = ("-p", "reporting", "--allow-lossy=retry_backoff")
    job = export(example, *words, settings=SETTINGS, name="energy_reporting")
    title = 'A "new" title: {a}, $(b) %s'
    run_once(tmp_path, example, job, {"reporting.title": title}).ok()
    report = (example.path / "data" / "08_reporting" / "report.md").read_text(encoding="utf-8")
    assert title in report


def test_a_failing_node_fails_the_run_and_a_repair_goes_on(
    example: KedroProject, tmp_path: Path
) -> None:
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    text = nodes.read_text(encoding="utf-8")
    fault = '\n\ndef score_forecasts(*_args: object) -> None:\n    raise RuntimeError("no")\n'
    words = ("-p", "forecasting", "--allow-lossy=retry_backoff")
    job = export(example, *words, settings=SETTINGS, name="energy_forecasting")
    result = JobRun(id="881", job=job)
    pauses: list[float] = []
    with Kernel(tmp_path) as kernel:
        try:
            nodes.write_text(text + fault, encoding="utf-8")
            run(kernel, result, folders={VOLUME: example.path}, pause=pauses.append)
        finally:
            nodes.write_text(text, encoding="utf-8")
        assert not result.succeeded
        failures = [attempt for attempt in result.attempts if not attempt.returned]
        assert {attempt.task for attempt in failures} == {"score_forecasts"}
        assert len(failures) == 3
        assert pauses == [1.0, 1.0]
        assert "RuntimeError: no" in failures[0].error
        tried = len(result.attempts)
        result.repairs = 1
        run(kernel, result, folders={VOLUME: example.path}).ok()
    # A repair runs what had not succeeded, and nothing else.
    first_of_repair = result.attempts[tried:][0]
    assert first_of_repair.task == "score_forecasts"
    assert "--run-id=881" in first_of_repair.words


def test_the_console_script_runs_a_task(example: KedroProject) -> None:
    """What a person would call to see what a task does."""
    job = export(example, "--allow-lossy=retry_backoff", settings=SETTINGS)
    first = next(in_order(job))["python_wheel_task"]
    words = [
        word.replace("{{job.run_id}}", "1")
        .replace("{{job.start_time.iso_datetime}}", "2026-01-31T06:00:00")
        .replace(VOLUME, str(example.path))
        for word in first["parameters"]
        if "{{job.parameters" not in word
    ]
    script = Path(sys.executable).with_name(first["entry_point"])
    done = subprocess.run([script, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    control = [word for word in words if not word.startswith("--run-id")]
    done = subprocess.run([script, *control], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "`--run-id` is missing" in done.stderr
