"""The example, run by kfp's own orchestrator: it makes what `kedro run` makes."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .env import KubeflowEnv
from .exported import export, load, nodes_of, run

pytestmark = pytest.mark.engine

ON_EXIT = ["python", "-c", "import pathlib, sys; pathlib.Path('ended').write_text(sys.argv[1])"]
SETTINGS = {
    "defaults": {"retries": 0},
    "targets": {"kubeflow": {"on_exit": {"command": ON_EXIT}}},
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("kubeflow") / "energy")


def test_containers_make_what_kedro_run_makes(
    kubeflow: KubeflowEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    spec = export(example, settings=SETTINGS)
    document = load(kubeflow, spec)
    order = [task for task in document.leaves if task != "on-exit"]
    assert len(order) == 11
    process = run(kubeflow, example, spec).ok()
    assert sorted(process.names) == sorted([*order, "on-exit"])
    rank = {name: i for i, name in enumerate(process.names)}
    for first, second in document.edges:
        if first in rank and second in rank:
            assert rank[first] < rank[second]
    assert persisted(example) == energy_by_kedro
    assert json.loads((example.path / "ended").read_text())["state"] == "SUCCEEDED"


def test_parameters_set_at_submit_change_the_run(
    kubeflow: KubeflowEnv, example: KedroProject
) -> None:
    spec = export(example, "-p", "reporting", settings=SETTINGS, name="energy-reporting")
    process = run(kubeflow, example, spec, {"reporting_title": 'A "new" title: {a}, $(b) %s'})
    process.ok()
    report = (example.path / "data" / "08_reporting" / "report.md").read_text(encoding="utf-8")
    assert 'A "new" title: {a}, $(b) %s' in report


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(
    kubeflow: KubeflowEnv, example: KedroProject
) -> None:
    (example.path / "ended").unlink(missing_ok=True)
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    text = nodes.read_text(encoding="utf-8")
    fault = '\n\ndef score_forecasts(*_args: object) -> None:\n    raise RuntimeError("no")\n'
    spec = export(example, "-p", "forecasting", settings=SETTINGS, name="energy-forecasting")
    try:
        nodes.write_text(text + fault, encoding="utf-8")
        process = run(kubeflow, example, spec)
    finally:
        nodes.write_text(text, encoding="utf-8")
    assert not process.succeeded
    failure = next(task for task in process.tasks if task.exit_code)
    assert failure.name.endswith("score-forecasts")
    assert failure.output.splitlines()[-1] == "ERROR   RuntimeError: no"
    assert json.loads((example.path / "ended").read_text())["state"] == "FAILED"


def test_one_task_a_node_with_a_store_makes_the_same(
    kubeflow: KubeflowEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    for folder in (example.path / "data").iterdir():
        if folder.name != "01_raw":
            shutil.rmtree(folder)
    storage = {"defaults": {"memory": "store", "store": "data/store", "retries": 0}}
    spec = export(example, settings=storage)
    document = load(kubeflow, spec)
    assert sum(1 for task in document.leaves.values() if nodes_of(task)) == 13
    process = run(kubeflow, example, spec).ok()
    assert process.names[-1] == "clean-up-store"
    assert persisted(example) == energy_by_kedro
