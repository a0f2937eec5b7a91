"""The example on Prefect's embedded server: it makes what `kedro run` makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .env import PrefectEnv
from .exported import export, run

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


def test_a_flow_makes_what_kedro_run_makes(
    prefect: PrefectEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    flow = export(example, settings=QUIET) / "energy" / "flow.py"
    process = run(prefect, example, flow)
    assert (process.code, process.run.state) == (0, "COMPLETED"), process.output
    assert len(process.run.tasks) == 11
    assert set(process.run.states.values()) == {"Completed"}
    assert persisted(example) == energy_by_kedro
    assert process.run.tasks["write_report"].after == {"forecast_demand", "score_forecasts"}
    assert process.run.tasks["write_report"].tags == {"report", "weekly"}
    (table,) = process.run.tables
    text = flow.read_text(encoding="utf-8")
    in_the_file = sorted(process.run.tasks, key=lambda task: text.index(f'"{task}"'))
    assert [row["task"] for row in table] == in_the_file
    assert table[-1]["datasets"].endswith("-> forecast_report")
    assert all(row["seconds"] > 0 and row["state"] == "Completed" for row in table)


def test_one_task_a_node_with_a_store_makes_the_same(
    prefect: PrefectEnv, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    with stand_in() as python:
        options = {"python": str(python)}
        flow = export(example, settings=STORED, options=options) / "stored" / "flow.py"
        process = run(prefect, example, flow)
    assert (process.code, process.run.state) == (0, "COMPLETED"), process.output
    assert len(process.run.tasks) == 13 + 1
    assert persisted(example) == energy_by_kedro


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(
    prefect: PrefectEnv, example: KedroProject
) -> None:
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    with stand_in() as python:
        options = {"python": str(python)}
        flow = export(example, settings=QUIET, options=options) / "energy" / "flow.py"
        nodes.write_text(nodes.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
        process = run(prefect, example, flow)
    assert (process.code, process.run.state) == (1, "FAILED"), process.output
    assert process.run.message == "failed: score_forecasts; not run: 1 tasks"
    states = process.run.states
    assert states.pop("score_forecasts") == "Failed"
    assert states.pop("write_report") == "NotReady"
    assert set(states.values()) == {"Completed"}
    assert not (example.path / "data" / "08_reporting" / "report.md").exists()
    log = process.run.tasks["score_forecasts"].log
    what = log.index("ERROR shipway: task `score_forecasts`: the node `score_forecasts` failed")
    assert log[what + 1].startswith("ERROR   at src/energy/pipelines/forecasting/nodes.py:")
    assert log[what + 2] == "ERROR   RuntimeError: scored to fail"
    assert any("shipway.runtime ended with exit code 1" in line for line in log)
