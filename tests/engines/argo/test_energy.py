"""The example, run as Argo's controller would: it makes what `kedro run` makes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.engines.forks import Forks
from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .controller import run_workflow
from .exported import export, host_pods
from .substitutions import Run, templates_of

pytestmark = pytest.mark.engine

ON_EXIT = ["python", "-c", "import pathlib, sys; pathlib.Path('ended').write_text(sys.argv[1])"]
SETTINGS = {
    "defaults": {"retries": 0},
    "targets": {"argo": {"on_exit": {"command": ON_EXIT}}},
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("argo") / "energy")


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with Forks(tmp_path_factory.mktemp("forks")) as forks:
        yield forks


def test_pods_make_what_kedro_run_makes(
    example: KedroProject, forks: Forks, energy_by_kedro: dict[str, bytes]
) -> None:
    workflow = export(example, settings=SETTINGS)[0]
    outcome = run_workflow(workflow, Run(), host_pods(example, forks)).ok()
    assert len(outcome.tries) == 11 + 1
    assert persisted(example) == energy_by_kedro
    assert (example.path / "ended").read_text() == "Succeeded"


def test_parameters_set_at_submit_change_the_run(example: KedroProject, forks: Forks) -> None:
    workflow = export(example, "-p", "reporting", settings=SETTINGS, name="energy-reporting")[0]
    title = 'A "new" title: {{workflow.uid}} {a}, $(b) $$ %s'
    run = Run(parameters={"reporting_title": title})
    run_workflow(workflow, run, host_pods(example, forks)).ok()
    report = (example.path / "data" / "08_reporting" / "report.md").read_text(encoding="utf-8")
    assert title in report


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(
    example: KedroProject, forks: Forks
) -> None:
    (example.path / "ended").unlink(missing_ok=True)
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    text = nodes.read_text(encoding="utf-8")
    fault = '\n\ndef score_forecasts(*_args: object) -> None:\n    raise RuntimeError("no")\n'
    workflow = export(example, "-p", "forecasting", settings=SETTINGS, name="energy-forecasting")[0]
    try:
        nodes.write_text(text + fault, encoding="utf-8")
        outcome = run_workflow(workflow, Run(), host_pods(example, forks))
    finally:
        nodes.write_text(text, encoding="utf-8")
    assert not outcome.succeeded
    assert outcome.tries["score-forecasts"] == [1]
    assert forks.printed().splitlines()[-1] == "ERROR   RuntimeError: no"
    assert (example.path / "ended").read_text() == "Failed"


def test_one_task_a_node_with_a_store_makes_the_same(
    example: KedroProject, forks: Forks, energy_by_kedro: dict[str, bytes]
) -> None:
    for folder in (example.path / "data").iterdir():
        if folder.name != "01_raw":
            shutil.rmtree(folder)
    storage = {"defaults": {"memory": "store", "store": "data/store", "retries": 0}}
    workflow = export(example, settings=storage)[0]
    assert len(templates_of(workflow)["main"]["dag"]["tasks"]) == 13 + 1
    outcome = run_workflow(workflow, Run(), host_pods(example, forks)).ok()
    assert list(outcome.tries)[-1] == "clean-up-store"
    assert persisted(example) == energy_by_kedro
