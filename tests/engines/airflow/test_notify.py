"""Messages about the end of a run arrive, and say which run of which pipeline it was.

With `airflow dags test`, by the code that the DAG processor of Airflow 2 uses as well
(`DAG.fetch_callback`). In Airflow 3 that command has a way of its own, on which no notifier gets
anywhere (`execute_dag_callbacks` hands it a stored DAG): `test_runs.py` has a real DAG processor.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.listeners import mailbox, webhook
from tests.projects import KedroProject, make_project, text_file

from .connections import NOTIFY, connections
from .database import runs
from .env import AirflowEnv
from .exported import export, run_env
from .inprocess import dags_test

pytestmark = pytest.mark.engine

NODES = """
def make(rate):
    if rate > 1:
        raise ValueError("too much")
    return "x"


def after(text):
    return text
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.make, "params:rate", "clean", name="load"),
    node(f.make, "params:other", "dirty", name="other"),
    node(f.after, "clean", "end", name="train"),
])}
"""


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    names = ("clean", "dirty", "end")
    return make_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        catalog={name: text_file(f"{name}.txt") for name in names},
        parameters={"rate": 0.5, "other": 0.5},
    )


def test_who_was_named_hears_how_a_run_has_ended(
    project: KedroProject, airflow2: AirflowEnv
) -> None:
    folder = export(project, airflow2, settings={"defaults": {"notify": NOTIFY}})
    name = project.package
    with mailbox() as mails, webhook() as hooks:
        env = {**run_env(project), **connections(mails, hooks)}
        failure = dags_test(airflow2, folder, name, {"rate": 2}, env)
        assert failure.state == "failed"
        (run_id,) = runs(failure.home.database, name)
        text = f"{name} has failed in the run {run_id} (task_failure): load"
        (mail,) = mails.items
        assert mail["To"] == "team@acme.example"
        assert mail["From"] == "airflow@acme.example"
        assert mail["Subject"] == f"{name} has failed"
        part = mail.get_body()
        assert part is not None
        assert part.get_content().strip() == text
        assert hooks.items == [("/in", {"text": text})]

        success = dags_test(airflow2, folder, name, None, env)
        assert success.state == "success"
        (run_id,) = runs(success.home.database, name)
        text = f"{name} has succeeded in the run {run_id}"
        assert hooks.items[1:] == [("/in", {"text": text})]
        assert len(mails.items) == 1
