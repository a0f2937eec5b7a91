"""Arguments of Airflow's own: what a release knows of them, and what it makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.projects import make_project, text_file

from .env import REPO, AirflowEnv
from .exported import export, load

pytestmark = pytest.mark.engine

SCRIPT = REPO / "scripts" / "airflow_arguments.py"
DAG: dict[str, Any] = {
    "dagrun_timeout": "2h",
    "max_consecutive_failed_dag_runs": 3,
    "is_paused_upon_creation": True,
    "owner_links": {"data": "https://acme.example/data"},
    "dag_display_name": "Daily {{ ds }}",
}
TASK: dict[str, Any] = {
    "pool": "heavy",
    "pool_slots": 2,
    "queue": "gpu",
    "priority_weight": 7,
    "weight_rule": "absolute",
    "depends_on_past": True,
    "wait_for_downstream": False,
    "max_active_tis_per_dag": 4,
    "max_active_tis_per_dagrun": 2,
    "max_retry_delay": "1h",
    "run_as_user": "kedro",
    "doc_rst": "see guide.md",
}


def test_the_tables_are_those_of_the_packages(airflow: AirflowEnv, tmp_path: Path) -> None:
    process = airflow.run(airflow.home(tmp_path), [SCRIPT, "--check"])
    assert process.returncode == 0, process.stdout


def test_airflow_stores_what_was_passed_on(airflow: AirflowEnv, tmp_path: Path) -> None:
    """In the DAG as the scheduler reads it back."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, "params:rate", "clean", name="a"),
            node(f.make, "clean", "more", name="b"),
        ])}
        """,
        catalog={"clean": text_file("clean.txt"), "more": text_file("more.txt")},
        parameters={"rate": 0.5},
    )
    fails_fast = "fail_stop" if airflow.major == 2 else "fail_fast"
    settings = {
        "pipelines": {"__default__": {"nodes": {"b": {"targets": {"airflow": {"pool": "light"}}}}}},
        "targets": {"airflow": {"dag": {**DAG, fails_fast: True}, "task": TASK}},
    }
    dag = load(export(project, airflow, settings=settings), airflow)
    assert dag.arguments == {**DAG, "dagrun_timeout": 7200, "fail_fast": True}
    expected = {**TASK, "max_retry_delay": 3600}
    assert dag.tasks["a"].arguments.items() >= expected.items()
    assert dag.tasks["b"].arguments.items() >= {**expected, "pool": "light"}.items()
