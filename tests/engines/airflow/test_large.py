"""Ten thousand nodes: exported from a snapshot, and all there when Airflow has read them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from shipway.cli import main
from shipway.compiler import Selection, plan_one, settings_for
from shipway.readers.snapshot import dump
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.large import energy_at_scale

from .env import AirflowEnv
from .exported import nodes_of
from .load import load_dags

pytestmark = pytest.mark.engine

NO_LIMIT = {"AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "0"}


def test_a_large_snapshot_becomes_a_dag_with_all_its_tasks_and_edges(
    airflow3: AirflowEnv, tmp_path: Path
) -> None:
    project = energy_at_scale(10_000)
    snapshot, dags = tmp_path / "project.json", tmp_path / "dags"
    snapshot.write_text(dump(project), encoding="utf-8")
    words = ["export", "airflow", "--snapshot", str(snapshot), "-o", str(dags)]
    process = CliRunner().invoke(main, words)
    assert process.exit_code == 0, process.output

    exporter = find("airflow")
    settings = settings_for(SettingsSource(), [exporter])
    plan = plan_one(project, settings, "__default__", Selection(), exporter)
    dag = load_dags(airflow3, dags, NO_LIMIT, timeout=400).dag()
    assert sum(len(task.nodes) for task in plan.tasks) == 10_000
    assert nodes_of(dag) == {
        task.name: tuple(node.name for node in task.nodes) for task in plan.tasks
    }
    assert dag.edges == {(parent, task.name) for task in plan.tasks for parent in task.needs}
    assert set(dag.params) == {parameter.name for parameter in plan.parameters}
