"""The harness itself: what it finds, loads and reports."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.engines.processes import ProcessDied, Processes

from . import samples
from .env import AirflowEnv, AirflowMissing, airflow_env
from .load import Loaded, LoadedAsset, LoadedDag, LoadedParam, load_dags
from .samples import write_dags

pytestmark = pytest.mark.engine


def load(env: AirflowEnv, folder: Path, **bodies: str) -> Loaded:
    return load_dags(env, write_dags(folder, env.major, **bodies))


@pytest.fixture(scope="module")
def document(airflow: AirflowEnv, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(airflow, tmp_path_factory.mktemp("full"), full=samples.FULL)


@pytest.fixture
def full(document: Loaded) -> LoadedDag:
    return document.dags["full"]


def asset(major: int) -> LoadedAsset:
    uri = "kedro://energy/model"
    return LoadedAsset(name="energy.model" if major == 3 else uri, uri=uri)


def test_a_missing_environment_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIPWAY_ENV_AIRFLOW3", str(tmp_path / "nowhere"))
    with pytest.raises(AirflowMissing, match="`make test` builds it"):
        airflow_env(3, tmp_path)


def test_an_environment_of_another_major_is_refused(
    airflow3: AirflowEnv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIPWAY_ENV_AIRFLOW2", str(airflow3.python.parents[1]))
    with pytest.raises(AirflowMissing, match=f"holds Airflow {airflow3.version}"):
        airflow_env(2, tmp_path)


def test_nothing_of_the_developers_airflow_is_inherited(
    airflow: AirflowEnv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "7")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    home = airflow.home(tmp_path, {"EXTRA": "1"})
    assert home.variables.keys().isdisjoint({"AIRFLOW__CORE__PARALLELISM", "PYTHONPATH"})
    assert home.variables["EXTRA"] == "1"
    assert list(home.path.iterdir()) == []


def test_a_process_that_dies_is_quoted(airflow: AirflowEnv, tmp_path: Path) -> None:
    home = airflow.home(tmp_path)
    processes = Processes(home.path, home.variables, "AIRFLOW_HOME")
    processes.start("no-such-service", [airflow.python, "-m", "airflow", "no-such-service"])
    with pytest.raises(ProcessDied, match=r"(?s)no-such-service died with 2.*invalid choice"):
        processes.wait_until(lambda: False, "never", 60)


def test_a_dag_is_described(full: LoadedDag) -> None:
    assert (full.description, full.doc_md, full.owner) == ("A bit of all", "# Full", "team")
    assert (full.catchup, full.max_active_runs, full.max_active_tasks) == (False, 1, 3)
    assert full.start_date == datetime(2024, 1, 1, tzinfo=timezone.utc)
    assert full.tags == ("a", "b")
    assert full.edges == {("load", "train"), ("train", "score")}


def test_params_keep_value_schema_and_description(full: LoadedDag) -> None:
    assert full.params["model.alpha"] == LoadedParam(
        name="model.alpha", value=0.5, schema={"type": "number"}, description="The step"
    )
    assert full.params["note"].value is None
    assert full.params["note"].schema == {"type": ["null", "string"]}


def test_a_clock_schedule_is_described(full: LoadedDag) -> None:
    schedule = full.schedule
    assert schedule.timetable == "CronTriggerTimetable"
    assert (schedule.cron, schedule.timezone) == ("0 6 * * 1-5", "Europe/Paris")
    assert schedule.assets == ()


def test_an_asset_schedule_is_described(document: Loaded, airflow: AirflowEnv) -> None:
    schedule = document.dags["follower"].schedule
    assert schedule.cron is None
    assert schedule.assets == (asset(airflow.major),)


def test_a_task_is_described(full: LoadedDag, airflow: AirflowEnv) -> None:
    task = full.tasks["load"]
    assert (task.operator, task.display_name, task.doc_md) == ("Run", "Load it", "Loads.")
    assert (task.retries, task.retry_delay, task.max_retry_delay) == (2, 30, 600)
    assert bool(task.retry_exponential_backoff)
    assert task.execution_timeout == 3600
    assert task.attributes == {"code": "pass", "nodes": ["load_a", "load_b"]}
    assert full.tasks["train"].outlets == (asset(airflow.major),)
    assert full.tasks["train"].pool == "big"


def test_task_groups_are_a_tree(full: LoadedDag) -> None:
    assert full.tasks["load"].group is None
    assert full.tasks["train"].group == "inner"
    assert full.groups["inner"].parent == "modelling"
    assert full.groups["modelling"].children == ("inner", "score")
    assert full.groups["modelling"].tooltip == "Models"


def test_parsing_is_observed(document: Loaded) -> None:
    assert document.import_errors == {}
    assert document.warnings == ()
    assert "kedro" not in document.imported
    assert 0 < document.parse_seconds < 30


def test_an_import_is_noticed_even_when_it_fails(airflow: AirflowEnv, tmp_path: Path) -> None:
    document = load(airflow, tmp_path, greedy=samples.GREEDY)
    assert document.dag().dag_id == "greedy"
    assert "kedro" in document.imported


def test_what_cannot_run_is_an_import_error(airflow: AirflowEnv, tmp_path: Path) -> None:
    bodies = {"cycle": samples.CYCLE, "unstorable": samples.UNSTORABLE, "syntax": "with"}
    document = load(airflow, tmp_path, good=samples.TWIN, **bodies)
    result = {
        Path(name.partition("#")[0]).stem: text for name, text in document.import_errors.items()
    }
    assert set(result) == set(bodies)
    assert "Cycle detected" in result["cycle"]
    assert "SyntaxError" in result["syntax"]
    assert set(document.dags) == {"twin"}


def test_a_dag_id_used_twice_is_an_import_error(airflow: AirflowEnv, tmp_path: Path) -> None:
    document = load(airflow, tmp_path, one=samples.TWIN, two=samples.TWIN)
    (message,) = document.import_errors.values()
    assert "AirflowDagDuplicatedIdException" in message
