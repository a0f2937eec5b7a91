"""Values reach the nodes: parameters, facts of the run, the environment."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, text_file
from tests.written import written

from .env import AirflowEnv
from .exported import export, load, run

pytestmark = pytest.mark.engine


@pytest.fixture(params=["shipway", "kedro"])
def run_with(request: pytest.FixtureRequest) -> str:
    """What a task calls."""
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    return make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, "params:model.rate", "clean", name="a")])}',
        catalog={"clean": text_file("clean.txt")},
        parameters={"model": {"rate": 0.5}},
    )


HARD_VALUES = [
    "", " ", "null", "true", "1", "1.0", "1e3", "~", "{{ dag }}", "${oc.env:HOME}", "\\${x}", "\\",
    "a: b", "- a", "'", '"', "a,b=c", "$(id)", "`id`", "tab\tline\nend", "\u2028\x85\x7f", "😀 ü",
    0, -1, 2**53, 0.1, -0.5, 1e300, True, False, None, [], [1, "1", None, [True]], {"a": {"b": []}},
]  # fmt: skip
SHOW = """
import json


def show(value):
    return json.dumps(value)
"""


def test_values_reach_the_node_as_they_are(
    airflow3: AirflowEnv, tmp_path: Path, run_with: str
) -> None:
    """Both as defaults in the file and as a trigger sets them, whatever they look like."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.show, "params:defaults.values", "defaults", name="defaults"),
            node(f.show, "params:given.values", "given", name="given"),
        ])}
        """,
        nodes=SHOW,
        catalog={name: text_file(f"{name}.json") for name in ("defaults", "given")},
        parameters=json.dumps({"defaults": {"values": HARD_VALUES[:9]}, "given": {"values": []}}),
    )
    folder = export(project, airflow3, settings={"defaults": {"run_with": run_with}})
    conf = {"given.values": HARD_VALUES}
    assert run(project, airflow3, folder, conf).state == "success"
    result = {name: json.loads(text) for name, text in written(project).items()}
    assert result["defaults.json"] == HARD_VALUES[:9]
    assert result["given.json"] == HARD_VALUES
    assert [type(v) for v in result["given.json"]] == [type(v) for v in HARD_VALUES]


def test_a_parameter_that_does_not_exist_fails_the_run(
    project: KedroProject, airflow: AirflowEnv, run_with: str
) -> None:
    folder = export(project, airflow, settings={"defaults": {"run_with": run_with}})
    process = run(project, airflow, folder, {"model.rte": 1})
    assert process.state == "failed"
    assert "pipeline takes no parameter" in process.output
    assert "model.rte" in process.output
    assert written(project) == {}


def test_no_parameter_can_be_set_where_none_is_settable(
    project: KedroProject, airflow3: AirflowEnv, run_with: str
) -> None:
    content = {"defaults": {"run_with": run_with, "parameters": "none"}}
    process = run(project, airflow3, export(project, airflow3, settings=content), {"regoin": "us"})
    assert process.state == "failed"
    assert "pipeline takes no parameter" in process.output
    assert "regoin" in process.output
    assert written(project) == {}


def test_a_parameter_of_another_type_is_refused(
    project: KedroProject, airflow3: AirflowEnv
) -> None:
    process = run(project, airflow3, export(project, airflow3), {"model.rate": "fast"})
    assert process.state != "success"
    assert "'fast' is not of type 'number'" in process.output
    assert "clean.txt" not in written(project)


def test_facts_of_the_run_reach_the_nodes(
    airflow: AirflowEnv, tmp_path: Path, run_with: str
) -> None:
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, "params:run.day", "day", name="day"),
            node(f.make, ["params:run.id", "params:x"], "id", name="id"),
        ])}
        """,
        catalog={"day": text_file("day.txt"), "id": text_file("id.txt")},
        parameters={"x": 1, "run": {"id": "none"}},
    )
    facts = {"run.day": "logical_date", "run.id": "run_id"}
    content = {"pipelines": {"__default__": {"run_parameters": facts, "run_with": run_with}}}
    folder = export(project, airflow, settings=content)
    assert set(load(folder, airflow).params) == {"x"}
    process = run(project, airflow, folder)
    assert process.state == "success", process.output
    result = {name: text.decode() for name, text in written(project).items()}
    assert datetime.fromisoformat(result["day.txt"]).tzinfo is not None
    assert result["id.txt"].startswith("manual__")
    assert result["id.txt"].endswith("+1")


def test_env_reaches_the_process_as_text(
    airflow3: AirflowEnv, tmp_path: Path, run_with: str
) -> None:
    nodes = "import os\n\n\ndef level():\n    return os.environ['LEVEL']\n"
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.level, None, "out", name="only")])}',
        nodes=nodes,
        catalog={"out": text_file("out.txt")},
    )
    hard = "{{ 1 + 1 }} $(id) `id` \"'\\ \n x.sh"
    content = {"defaults": {"env": {"LEVEL": hard}, "run_with": run_with}}
    assert run(project, airflow3, export(project, airflow3, settings=content)).state == "success"
    assert written(project) == {"out.txt": hard.encode()}


def test_a_version_and_a_runner_can_be_chosen(
    airflow: AirflowEnv, tmp_path: Path, run_with: str
) -> None:
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, "raw", "one", name="one"),
            node(f.make, ["raw", "one"], "two", name="two"),
        ])}
        """,
        catalog={
            "raw": text_file("raw.txt", versioned=True),
            "one": text_file("one.txt"),
            "two": text_file("two.txt"),
        },
    )
    older, newer = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"
    for version in (older, newer):
        project.write(f"data/raw.txt/{version}/raw.txt", version)
    content = {"run_with": run_with, "runner": "ThreadRunner", "group_by": "pipeline"}
    result = {}
    for name, more in (("latest", {}), ("chosen", {"load_versions": {"raw": older}})):
        folder = export(project, airflow, settings={"defaults": {**content, **more}})
        assert run(project, airflow, folder).state == "success", name
        result[name] = written(project)["two.txt"].decode()
    assert result == {"latest": f"{newer}+{newer}", "chosen": f"{older}+{older}"}
