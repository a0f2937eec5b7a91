"""`shipway doctor`: each check says what is wrong and what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shipway import __version__
from tests.projects import KedroProject, make_project, text_file

GOOD = f"targets: {{airflow: {{python: '{sys.executable}'}}}}\n"


def results(project: KedroProject, *words: str, code: int = 0) -> list[dict[str, Any]]:
    outcome = project.shipway("doctor", *words, "--format", "json")
    assert outcome.exit_code == code, outcome.output
    document = json.loads(outcome.stdout)
    assert (document["ok"], document["exit_code"]) == (code == 0, code)
    return [{**r, "section": s["name"]} for s in document["sections"] for r in s["results"]]


def of(results: list[dict[str, Any]], check: str, level: str | None = None) -> list[dict[str, Any]]:
    return [r for r in results if r["check"] == check and level in (None, r["level"])]


def one(results: list[dict[str, Any]], check: str, level: str) -> dict[str, Any]:
    (result,) = of(results, check, level)
    return result


def test_a_sound_project_has_no_problem(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", GOOD)
    outcome = project.shipway("doctor", "-p", "__default__")
    assert outcome.exit_code == 0, outcome.output
    assert "No problem." in outcome.stdout
    assert f"Shipway {__version__}" in outcome.stdout, "what the project's Python has"
    assert "airflow\n" in outcome.stdout, "the settings have a section of it"
    assert f"{project.package.upper()}_ROOT" in outcome.stdout


def test_it_writes_nothing(project: KedroProject) -> None:
    before = {p: p.stat().st_mtime_ns for p in project.path.rglob("*")}
    project.shipway("doctor", "airflow", "prefect", "kubeflow")
    after = {p: p.stat().st_mtime_ns for p in project.path.rglob("*")}
    assert after == before


def test_what_is_wrong_with_one_pipeline_is_said_beside_the_rest(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", GOOD)
    all_of_them = results(project, code=1)
    assert "nobody_makes_this" in one(all_of_them, "export", "problem")["what"]
    assert of(all_of_them, "names", "ok")


def test_without_a_target_anywhere_it_asks_for_one(project: KedroProject) -> None:
    assert "shipway doctor TARGET" in one(results(project), "settings", "note")["remedy"]


def test_an_unknown_target_names_the_nearest(project: KedroProject) -> None:
    outcome = project.shipway("doctor", "airflw")
    assert outcome.exit_code == 2
    assert "`airflow`" in outcome.stderr


def test_a_folder_without_a_project(tmp_path: Path, project: KedroProject) -> None:
    nowhere = KedroProject(path=tmp_path / "empty", package="none")
    nowhere.path.mkdir()
    result = one(results(nowhere, "airflow", code=1), "project", "problem")
    assert "no Kedro project" in result["what"]


def test_all_mistakes_in_the_settings_are_problems_and_the_project_is_looked_at(
    project: KedroProject,
) -> None:
    project.write("conf/base/deploy.yml", "defaults: {retires: 1}\ntargets: {airflow: {vers: 3}}\n")
    actual = results(project, code=1)
    problems = of(actual, "settings", "problem")
    assert len(problems) == 2
    assert of(actual, "catalog", "ok")
    project.write("conf/base/deploy.yml", "defaults: {\n")
    assert of(results(project, code=1), "settings", "problem")


def test_the_python_is_the_settings_the_variables_or_the_default(
    project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    for target in ("airflow", "prefect"):
        words = (target, "-p", "__default__")
        missing = one(results(project, *words, code=1), "python", "problem")
        variable = f"{project.package.upper()}_PYTHON"
        for place in (f"targets.{target}.python", variable, ".venv/bin/python"):
            assert place in missing["remedy"]
        with monkeypatch.context() as patch:
            patch.setenv(variable, sys.executable)
            assert sys.executable in one(results(project, *words), "python", "ok")["what"]


def test_a_python_without_shipway_is_a_problem(project: KedroProject, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    python = bare / "bin/python"
    project.write("conf/base/deploy.yml", f"targets: {{airflow: {{python: '{python}'}}}}\n")
    problems = of(results(project, "-p", "__default__", code=1), "python", "problem")
    assert [p["what"].split(",")[0] for p in problems] == ["It has no Kedro", "It has no Shipway"]
    assert "-m pip install" in problems[1]["remedy"]
    project.write(
        "conf/base/deploy.yml",
        f"defaults: {{run_with: kedro}}\ntargets: {{airflow: {{python: '{python}'}}}}\n",
    )
    problems = of(results(project, "-p", "__default__", code=1), "python", "problem")
    assert len(problems) == 1, "plain `kedro run` needs no Shipway"


def test_a_class_that_does_not_import_is_named_with_what_to_install(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, "raw", "end", name="n")])}',
        catalog={
            "raw": {"type": "spark.SparkDataset", "filepath": "data/raw"},
            "end": text_file("end.txt"),
        },
    )
    result = one(results(project, code=1), "catalog", "problem")
    assert "`spark.SparkDataset`" in result["what"]
    assert result["where"] == "catalog: `raw`"
    assert "kedro-datasets[spark-sparkdataset]" in result["remedy"]


def test_local_files_outside_volumes(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "targets: {kubeflow: {image: 'shop:latest'}}\n")
    actual = results(project, "-p", "__default__", code=1)
    assert {p["where"] for p in of(actual, "local files", "problem")} == {
        "catalog entry `end`",
        "catalog entry `mid`",
    }
    assert not of(actual, "export", "problem"), "each is said once"
    assert len(of(actual, "image", "note")) == 2, "`latest` may be another image each time"


def test_configuration_that_git_ignores_and_that_counts(project: KedroProject) -> None:
    subprocess.run(["git", "init", "-q", project.path], check=True)
    project.write(".gitignore", "parameters_mine.yml\n")
    project.write("conf/base/parameters_mine.yml", "mine: 1\n")
    result = one(results(project), "configuration", "note")
    assert result["where"] == "conf/base/parameters_mine.yml"
    assert "Git ignores" in result["what"]


def test_names_that_are_cut_or_get_a_hash(tmp_path: Path) -> None:
    name = "train_" + "very_" * 12 + "long"
    project = make_project(
        tmp_path,
        f'return {{"__default__": pipeline([node(f.make, None, "end", name="{name}")])}}',
        catalog={"end": text_file("end.txt")},
        deploy="targets: {kubeflow: {image: 'shop:1', volumes: [{claim: d, mount: /app/data}]}}\n",
    )
    result = one(results(project), "names", "note")
    assert f"`{name}` is `train-very-" in result["what"]


CLASHING = """
return {"__default__": pipeline([
    node(f.make, None, "one", name="a_b"),
    node(f.make, "params:help", "two", name="a-b"),
])}
"""


def test_names_of_classes_and_parameters_that_get_a_hash(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        CLASHING,
        catalog={name: text_file(f"{name}.txt") for name in ("one", "two")},
        parameters={"help": 1},
    )
    notes = of(results(project, "luigi", code=1), "names", "note")
    assert [re.sub(r"[0-9a-f]{8}", "HASH", note["what"]) for note in notes] == [
        (
            "Luigi takes these names only cut, or with a hash, for a class: `a-b` is "
            "`AB_HASH`, `a_b` is `AB_HASH`."
        ),
        (
            "Luigi takes these names only cut, or with a hash, for a parameter: `help` is "
            "`help_HASH`."
        ),
    ]
    assert "Name the parameters shorter" in notes[1]["remedy"]


SECRETS = """
defaults:
  secrets: {DB_PASSWORD: {name: warehouse, key: password}}
  notify: {on_failure: [{webhook: {name: alerts, key: url}}]}
"""


def test_secrets_are_listed_with_what_must_exist_where(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {secrets: {DB: {name: warehouse, key: pw}}}\n")
    needs = of(results(project, "prefect", "-p", "__default__", code=1), "needs", "note")
    assert {
        "what": "The secret `warehouse` with the key `pw` must exist, for DB.",
        "where": "Prefect, as a Secret block",
    }.items() <= next(n for n in needs if "warehouse" in n["what"]).items()
    volume = "volumes: [{claim: shop, mount: /app/data}]"
    project.write(
        "conf/base/deploy.yml",
        "defaults: {secrets: {DB: {name: warehouse, key: pw}}}\n"
        f"targets: {{kubeflow: {{image: 'shop:1', {volume}}}}}\n",
    )
    needs = of(results(project, "-p", "__default__"), "needs", "note")
    assert {need["where"] for need in needs} == {"the namespace that runs are started in"}
    assert ["warehouse" in needs[0]["what"], "claim `shop`" in needs[1]["what"]] == [True, True]


def test_options_without_effect(project: KedroProject) -> None:
    options = f"python: '{sys.executable}', network: host"
    project.write("conf/base/deploy.yml", f"targets: {{airflow: {{{options}}}}}\n")
    result = one(results(project, "-p", "__default__"), "options", "note")
    assert result["where"] == "targets.airflow.network"
    assert "`run_on: docker`" in result["what"]


def test_the_orchestrator_need_not_be_here(project: KedroProject) -> None:
    actual = results(project, "airflow", "prefect", "-p", "__default__", code=1)
    assert len(of(actual, "orchestrator")) == 2
    assert os.environ.get("AIRFLOW_HOME") is None


def test_a_problem_of_one_pipeline_says_which(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", GOOD)
    problem = one(results(project, "airflow", code=1), "export", "problem")
    assert problem["where"].startswith("pipeline `broken`: ")


def test_inputs_that_a_volume_must_hold_are_listed(project: KedroProject) -> None:
    text = "targets: {kubeflow: {image: 'shop:1', volumes: [{claim: d, mount: /app}]}}\n"
    project.write("conf/base/deploy.yml", text)
    notes = of(results(project, "kubeflow", "-p", "__default__", code=0), "local files", "note")
    (what,) = (note["what"] for note in notes)
    assert "Before the first run, the volume at /app must hold /app/" in what


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"filepth": "end.txt"}, "filepath"),
        ({"filepath": "end.txt", "mode": "w"}, "'mode'"),
    ],
)
def test_an_entry_that_kedro_could_not_make_is_a_problem(
    tmp_path: Path, entry: dict[str, str], why: str
) -> None:
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, "raw", "end", name="n")])}',
        catalog={"raw": text_file("raw.txt"), "end": {"type": text_file("x")["type"], **entry}},
        deploy=GOOD,
    )
    problem = one(results(project, code=1), "catalog", "problem")
    assert problem["where"] == "catalog entry `end`"
    assert why in problem["what"]
