"""The example on Dagster: it makes what `kedro run` makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .env import DagsterEnv
from .exported import export, request
from .run_all import run_jobs

pytestmark = pytest.mark.engine

QUIET: dict[str, object] = {"defaults": {"retries": 0}}
STORED: dict[str, object] = {
    "defaults": {"retries": 0, "memory": "store", "store": "data/store"},
    "pipelines": {"__default__": {"name": "stored"}},
}
BROKEN = """

def score_forecasts(*_args: object) -> None:
    raise RuntimeError("scored to fail")
"""


@pytest.fixture
def example(tmp_path: Path) -> KedroProject:
    return copy_example(tmp_path / "energy")


def test_a_job_makes_what_kedro_run_makes(
    dagster: DagsterEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    with stand_in() as python:
        folder = export(example, settings=QUIET, options={"python": str(python)})
        (outcome,) = run_jobs(dagster, [request(example, folder / "energy.py")])
    assert outcome["success"], outcome
    assert persisted(example) == energy_by_kedro
    assert len(outcome["assets"]) == 12
    assert "demand_model" in outcome["assets"]


def test_one_task_a_node_with_a_store_makes_the_same(
    dagster: DagsterEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    with stand_in() as python:
        folder = export(example, settings=STORED, options={"python": str(python)})
        (outcome,) = run_jobs(dagster, [request(example, folder / "stored.py")])
    assert outcome["success"], outcome
    assert persisted(example) == energy_by_kedro
    assert "stored/clean_up_store" in outcome["assets"]
    assert {"stored/choose_alpha", "stored/ingest_meters_parse_readings"} <= {*outcome["assets"]}


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(
    dagster: DagsterEnv, example: KedroProject
) -> None:
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    with stand_in() as python:
        folder = export(example, settings=QUIET, options={"python": str(python)})
        nodes.write_text(nodes.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
        (outcome,) = run_jobs(dagster, [request(example, folder / "energy.py")])
    assert not outcome["success"]
    ((step, why),) = outcome["failed"].items()
    assert step == "energy__score_forecasts"
    assert any("shipway.runtime ended with exit code 1" in text for text in why)
    assert {"forecast_plot", "forecasts"} <= {*outcome["assets"]}
    assert not {"metrics", "forecast_report"} & {*outcome["assets"]}
    assert not (example.path / "data" / "08_reporting" / "report.md").exists()


def test_dagsters_own_command_runs_a_job(dagster: DagsterEnv, example: KedroProject) -> None:
    """Each step in a process of its own, as where nothing says otherwise."""
    settings = {**QUIET, "pipelines": {"reporting": {"name": "page", "group_by": "pipeline"}}}
    with stand_in() as python:
        options = {"python": str(python)}
        whole = export(example, settings=QUIET, options=options) / "energy.py"
        (outcome,) = run_jobs(dagster, [request(example, whole)])
        assert outcome["success"], outcome
        report = example.path / "data" / "08_reporting" / "report.md"
        before = report.read_text(encoding="utf-8")
        report.unlink()
        folder = export(example, "--pipeline=reporting", settings=settings, options=options)
        words = ["-m", "dagster", "job", "execute", "-f", str(folder / "page.py"), "-j", "page"]
        process = dagster.run(dagster.home(), words, more=request(example, whole)["env"])
    assert process.returncode == 0, process.stderr
    assert report.read_text(encoding="utf-8") == before
    assert re.search(r"page__\S+ - INFO .*Loading data from metrics", process.stderr)
