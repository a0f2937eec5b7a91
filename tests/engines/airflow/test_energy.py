"""The example, run under a real scheduler: it makes what `kedro run` makes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, copy_example
from tests.written import persisted

from .env import AirflowEnv
from .exported import nodes_of, run_env
from .load import load_dags
from .stack import AirflowStack, StackFactory

pytestmark = pytest.mark.engine

QUIET = {
    "defaults": {"retries": 0, "concurrency": {"runs": 1}},
    "pipelines": {"__default__": {"schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris"}}},
}
STORED = {"defaults": {"memory": "store", "store": "data/store"}}
BROKEN = """

def score_forecasts(*_args: object) -> None:
    raise RuntimeError("scored to fail")
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("airflow") / "energy")


@pytest.fixture(scope="module")
def dags(example: KedroProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tasks of one start a Python of their own; how those of the others start is the same."""
    folder = tmp_path_factory.mktemp("dags")
    with stand_in() as shared:
        for name, python, more in (
            ("energy", sys.executable, {}),
            ("energy_stored", str(shared), STORED),
            ("energy_failing", str(shared), {}),
        ):
            settings = example.path / f"{name}.yml"
            target = {"targets": {"airflow": {"python": python}}}
            names = {"pipelines": {"__default__": {"name": name}}}
            settings.write_text(_yaml(overlay(overlay(QUIET | target, names), more)))
            words = ["export", "airflow", "--settings", str(settings), "-o", str(folder)]
            outcome = shipway(example.path, *words)
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        yield folder


@pytest.fixture(scope="module")
def stack(
    airflow_stack: StackFactory, airflow3: AirflowEnv, example: KedroProject, dags: Path
) -> AirflowStack:
    return airflow_stack(airflow3, dags, run_env(example))


def test_scheduled_tasks_make_what_kedro_run_makes(
    stack: AirflowStack, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    run_id = stack.trigger("energy")
    result = stack.wait("energy", run_id, timeout=400)
    states = {task.state for task in result.tasks.values()}
    assert (result.state, states) == ("success", {"success"}), _logs(stack, "energy", run_id)
    assert len(result.tasks) == 11
    assert persisted(example) == energy_by_kedro


def test_one_task_a_node_with_a_store_makes_the_same(
    stack: AirflowStack, example: KedroProject, energy_by_kedro: dict[str, bytes]
) -> None:
    for folder in (example.path / "data").iterdir():
        if folder.name != "01_raw":
            shutil.rmtree(folder)
    run_id = stack.trigger("energy_stored")
    result = stack.wait("energy_stored", run_id, timeout=500)
    states = {task.state for task in result.tasks.values()}
    assert (result.state, states) == ("success", {"success"}), _logs(stack, "energy_stored", run_id)
    assert len(result.tasks) == 13 + 1
    assert persisted(example) == energy_by_kedro


def test_a_failing_node_fails_the_run_and_stops_what_needs_it(
    stack: AirflowStack, example: KedroProject
) -> None:
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    text = nodes.read_text(encoding="utf-8")
    report = example.path / "data" / "08_reporting" / "report.md"
    report.unlink()
    try:
        nodes.write_text(text + BROKEN, encoding="utf-8")
        run_id = stack.trigger("energy_failing", {"model.folds": 3})
        result = stack.wait("energy_failing", run_id, timeout=400)
    finally:
        nodes.write_text(text, encoding="utf-8")
    states = {name: task.state for name, task in result.tasks.items()}
    assert result.state == "failed"
    assert states.pop("score_forecasts") == "failed"
    assert states.pop("write_report") == "upstream_failed"
    assert set(states.values()) == {"success"}
    assert not report.exists()
    log = stack.task_log("energy_failing", run_id, "score_forecasts")
    assert "RuntimeError: scored to fail" in log
    lines = log.splitlines()
    start = lines.index("ERROR shipway: task `score_forecasts`: the node `score_forecasts` failed")
    where, why = lines[start + 1 : start + 3]
    assert where.startswith("ERROR   at src/energy/pipelines/forecasting/nodes.py:")
    assert why == "ERROR   RuntimeError: scored to fail"
    assert "OSError: exit code 1" in lines[start + 3 :]


@pytest.mark.parametrize("grouping", ["namespace", "tag", "chain", "pipeline"])
def test_every_grouping_loads(
    airflow: AirflowEnv, example: KedroProject, tmp_path: Path, grouping: str
) -> None:
    folder = tmp_path / "dags"
    version = "2.11" if airflow.major == 2 else "3"
    settings = tmp_path / "version.yml"
    settings.write_text(_yaml(QUIET | {"targets": {"airflow": {"version": version}}}))
    words = ["export", "airflow", "--all", "--group-by", grouping, "-o", str(folder)]
    outcome = shipway(example.path, *words, "--settings", str(settings))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    document = load_dags(airflow, folder)
    assert not document.import_errors
    assert sum(map(len, nodes_of(document.dags["energy"]).values())) == 13


def _logs(stack: AirflowStack, dag_id: str, run_id: str) -> str:
    tasks = stack.result(dag_id, run_id).tasks
    failure = [name for name, task in tasks.items() if task.state == "failed"]
    return "\n".join(stack.task_log(dag_id, run_id, name)[-3000:] for name in failure)


def _yaml(values: dict[str, object]) -> str:
    import yaml

    text: str = yaml.safe_dump(values)
    return text
