"""What an exported file says, as Airflow reads it."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from shipway.settings.source import overlay
from tests.projects import KedroProject, make_project, text_file

from .env import AirflowEnv
from .exported import export, load, nodes_of
from .load import LoadedDag, load_dags

pytestmark = pytest.mark.engine

REGISTRY = """
rich = pipeline([
    node(f.make, ["raw", "params:model.rate"], "clean", name="clean", namespace="etl.in"),
    node(f.make, "clean", "features", name="build", namespace="etl.out", tags="heavy"),
    node(f.make, ["features", "params:model", "params:name"], "score", name="score", tags="heavy"),
])
return {"__default__": rich, "report": pipeline([node(f.make, "score", "page", name="page")])}
"""
NAMES = ("raw", "clean", "features", "score", "page")
NAME = 'it\'s "quoted" {{ x }} ${y} %s'
"""A dollar and a brace: escaped in the file, so that Kedro does not look it up."""
PARAMETERS = {
    "model": {"rate": 0.5, "steps": [1, 2], "deep": {"on": True, "off": None}, "mixed": [1, "a"]},
    "name": NAME.replace("${", "\\${"),
    "api_token": "not for export",
}
SETTINGS = {
    "defaults": {"retries": 2, "retry_delay": "90s", "retry_backoff": 2, "owner": "analytics"},
    "pipelines": {
        "__default__": {
            "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris", "start": "2026-03-29"},
            "concurrency": {"runs": 1, "tasks": 3},
            "labels": {"team": "data"},
            "description": "See `README.md`, or notes.md",
            "tags": {"heavy": {"timeout": "2h"}},
            "nodes": {"score": {"retries": 0, "env": {"LEVEL": "{{ 1 + 1 }} $HOME"}}},
        },
        "report": {"schedule": {"datasets": ["score"]}},
    },
}

STORE = {"memory": "store", "store": "data/store", "runner": "ThreadRunner"}


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in NAMES}
    result = make_project(tmp_path, REGISTRY, catalog=catalog, parameters=PARAMETERS)
    result.write("data/raw.txt", "raw")
    return result


@pytest.fixture
def dag(project: KedroProject, airflow: AirflowEnv) -> LoadedDag:
    return load(export(project, airflow, settings=SETTINGS), airflow)


def test_tasks_and_edges(dag: LoadedDag) -> None:
    names = {"etl.in.clean", "etl.out.build", "score"}
    assert nodes_of(dag) == {name: (name,) for name in names}
    assert dag.edges == {("etl.in.clean", "etl.out.build"), ("etl.out.build", "score")}


def test_settings_of_the_dag(dag: LoadedDag, project: KedroProject) -> None:
    assert dag.dag_id == project.package
    assert (dag.schedule.cron, dag.schedule.timezone) == ("0 6 * * *", "Europe/Paris")
    assert dag.start_date == datetime(2026, 3, 28, 23, tzinfo=timezone.utc)
    assert (dag.catchup, dag.max_active_runs, dag.max_active_tasks) == (False, 1, 3)
    assert (dag.tags, dag.owner) == (("team:data",), "analytics")
    assert dag.doc_md is not None
    assert dag.doc_md.strip() == "See `README.md`, or notes.md"


def test_settings_of_tasks(dag: LoadedDag, airflow: AirflowEnv) -> None:
    score, clean = dag.tasks["score"], dag.tasks["etl.in.clean"]
    assert (clean.retries, clean.retry_delay, clean.execution_timeout) == (2, 90, None)
    assert clean.retry_exponential_backoff == (2.0 if airflow.major == 3 else True)
    assert (score.retries, score.execution_timeout) == (0, 7200)
    assert score.attributes["env"] == {"LEVEL": "{{ 1 + 1 }} $HOME"}


def test_groups_show_the_namespaces(dag: LoadedDag) -> None:
    assert dag.groups["etl"].children == ("etl_in", "etl_out")
    assert dag.groups["etl_in"].parent == "etl"
    assert {dag.tasks[name].group for name in ("etl.in.clean", "score")} == {"etl_in", None}


def test_typed_parameters_without_secrets(dag: LoadedDag) -> None:
    assert {name: (p.value, p.schema.get("type")) for name, p in dag.params.items()} == {
        "model.rate": (0.5, "number"),
        "model.steps": ([1, 2], "array"),
        "model.deep.on": (True, "boolean"),
        "model.deep.off": (None, None),
        "model.mixed": ([1, "a"], "array"),
        "name": (NAME, "string"),
    }


def test_a_written_dataset_starts_the_next_pipeline(
    project: KedroProject, airflow: AirflowEnv
) -> None:
    export(project, airflow, "--all", settings=SETTINGS)
    project.write("conf/prod/parameters.yml", "model: {rate: 1}\n")
    folder = export(project, airflow, "--all", "--env", "prod", settings=SETTINGS)
    document = load_dags(airflow, folder)
    assert not document.import_errors
    first, second = document.dags[project.package], document.dags[f"{project.package}_report"]
    uri = f"kedro://{project.package}/score"
    assert [asset.uri for asset in first.tasks["score"].outlets] == [uri]
    assert [asset.uri for asset in second.schedule.assets] == [uri]
    assert not first.tasks["etl.out.build"].outlets
    first, second = (document.dags[f"{dag.dag_id}__prod"] for dag in (first, second))
    uri = f"kedro://{project.package}__prod/score"
    assert [asset.uri for asset in first.tasks["score"].outlets] == [uri]
    assert [asset.uri for asset in second.schedule.assets] == [uri]


def test_only_airflow_and_the_standard_library(project: KedroProject, airflow: AirflowEnv) -> None:
    folder = export(project, airflow, settings=SETTINGS)
    (file,) = folder.glob("*.py")
    modules = set()
    for statement in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            modules.add(str(statement.module).partition(".")[0])
    assert modules - set(sys.stdlib_module_names) == {"airflow"}
    assert str(project.path) not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("length", [88, 100])
@pytest.mark.parametrize("more", [{}, {"run_with": "kedro"}, STORE], ids=["", "kedro", "store"])
def test_formatters_and_linters_find_nothing(
    project: KedroProject, airflow: AirflowEnv, length: int, more: dict[str, object]
) -> None:
    settings = overlay(SETTINGS, {"defaults": more})
    folder = export(project, airflow, "--all", settings=settings)
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--target-version=py310", f"--line-length={length}", str(folder)]
    rules = "E4,E7,E9,F,I,UP,B,AIR" if airflow.major == 3 else "E4,E7,E9,F,I,UP,B"
    for command in (
        [*ruff, "format", "--diff", *options],
        [*ruff, "check", "--no-cache", "--select", rules, "--ignore", "B018", *options],
    ):
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr
    for file in folder.glob("*.py"):
        assert max(map(len, file.read_text(encoding="utf-8").splitlines())) <= 100
