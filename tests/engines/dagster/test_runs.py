"""What a job does: retries, deadlines, parameters, facts of a run, names."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.engines.hopeless import hopeless_project, of_another_pipeline
from tests.projects import KedroProject, kept, make_project, text_file
from tests.written import written

from .env import DagsterEnv
from .exported import export, request
from .run_all import run_jobs

pytestmark = pytest.mark.engine

PODS = Path(__file__).with_name("run_in_pods.py")
LAUNCHER = """
run_launcher:
  module: dagster_k8s
  class: K8sRunLauncher
  config:
    service_account_name: dagster
    instance_config_map: dagster-instance
    dagster_home: /opt/dagster/dagster_home
    postgres_password_secret: dagster-postgresql-secret
    load_incluster_config: true
"""

NODES = """
import json
import os
import time
from pathlib import Path


def show(*values):
    return json.dumps(values, sort_keys=True)


def lucky(times):
    with Path("tries").open("a") as file:
        file.write(f"{time.time()}\\n")
    if len(Path("tries").read_text().split()) <= times:
        raise RuntimeError("the next try may be lucky")
    return "lucky"


def late():
    if Path("late").exists():
        return "in time"
    Path("late").touch()
    time.sleep(600)


def environment():
    return os.environ["MODE"]
"""
REGISTRY = """
shown = pipeline([node(f.show, ["parameters"], "shown", name="Größe.x-1")])
return {
    "__default__": shown,
    "lucky": pipeline([node(f.lucky, "params:times", "lucky", name="lucky")]),
    "late": pipeline([node(f.late, None, "late", name="class")]),
    "env": pipeline([node(f.environment, None, "env", name="env")]),
    "pods": pipeline([
        node(f.lucky, "params:times", "lucky", name="lucky"),
        node(f.environment, None, "env", name="env"),
        node(f.show, ["lucky", "env"], "a b", name="last"),
    ]),
    "versions": pipeline([
        node(f.show, "params:times", "a b", name="one"),
        node(f.show, "a b", "ingest.é-versions", name="two"),
    ]),
}
"""
PARAMETERS: dict[str, Any] = {
    "times": 1,
    "text": "x",
    "model": {"validate": True, "rate": 0.5, "alphas": [0.1, 1], "nothing": None, "copy": {}},
    "json": [1, [2], None],
    "big": 2**70,
    "day": "",
    "run": "",
}
HARD: dict[str, Any] = {
    "text": "{{ run.id }} $HOME $(id) 'x' \"y\" \\ \n ü ${oc.env:HOME}",
    "model.rate": 5,
    "model.alphas": [1, 2.5],
    "model.nothing": {"a": [None, True]},
    "model.copy": {"b": 1.0, "n": None},
    "json": [],
    "big": 2**80,
}


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    names = ("shown", "lucky", "late", "env")
    catalog = {name: text_file(f"{name}.txt") for name in names}
    catalog |= {n: text_file(f"{n}.txt", versioned=True) for n in ("a b", "ingest.é-versions")}
    return make_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=PARAMETERS)


def shown(project: KedroProject) -> dict[str, Any]:
    ((values,),) = [json.loads(written(project)["shown.txt"])]
    assert isinstance(values, dict)
    return values


def test_values_set_for_a_run_arrive_as_they_are(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    content = {"run_parameters": {"day": "logical_date", "run": "run_id"}}
    settings = {"pipelines": {"__default__": content}}
    folder = export(project, settings=settings)
    file = folder / f"{project.package}.py"
    moment = "2026-01-31T05:00:00+00:00"
    tags = {".dagster/scheduled_execution_time": moment}
    runs = [request(project, file, HARD, tags=tags)]
    outcome, long = run_jobs(dagster, [*runs, request(project, file, {"text": "x" * 140_000})])
    assert outcome["success"], outcome
    ((why, *_),) = long["failed"].values()
    assert "the long value of text" in why
    assert "131,059" in why
    values = shown(project)
    assert values["text"] == HARD["text"]
    assert repr(values["model"]) == repr(
        {
            "alphas": [1, 2.5],
            "copy": {"b": 1.0, "n": None},
            "nothing": {"a": [None, True]},
            "rate": 5,
            "validate": True,
        }
    )
    assert (values["json"], values["big"], values["times"]) == ([], 2**80, 1)
    assert (values["day"], values["run"]) == (moment, outcome["run_id"])


def test_a_run_that_sets_nothing_has_what_the_project_has_then(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    """Not what it had when it was exported, also where a form sets it to just that."""
    file = export(project) / f"{project.package}.py"
    project.write("conf/base/parameters.yml", json.dumps({**PARAMETERS, "text": "newer"}))
    runs = [request(project, file), request(project, file, {"times": 2}, whole_form=True)]
    assert all(outcome["success"] for outcome in run_jobs(dagster, runs))
    assert (shown(project)["text"], shown(project)["times"]) == ("newer", 2)


def test_a_value_of_another_type_is_refused_before_a_task_runs(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    file = export(project) / f"{project.package}.py"
    with pytest.raises(AssertionError, match="times"):
        run_jobs(dagster, [request(project, file, {"times": "many"})])
    assert written(project) == {}


def test_pauses_grow_by_the_factor_of_the_settings(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    settings = {"defaults": {"retries": 2, "retry_delay": "0.5s", "retry_backoff": 3}}
    folder = export(project, "--pipeline=lucky", settings=settings)
    file = folder / f"{project.package}_lucky.py"
    runs = [request(project, file, {"times": 2}), request(project, file, {"times": 9})]
    first, second = run_jobs(dagster, runs)
    assert first["success"], first
    assert len(first["retries"]) == 2
    one, two, three, *more = map(float, (project.path / "tries").read_text().split())
    assert two - one >= 0.5
    assert three - two >= 1.5
    assert not second["success"], "the control: no try is lucky"
    assert len(more) == 3
    assert any("exit code 1" in text for why in second["failed"].values() for text in why)


def test_what_no_retry_can_mend_is_not_tried_again(dagster: DagsterEnv, tmp_path: Path) -> None:
    project = hopeless_project(tmp_path)
    folder = export(project, settings={"defaults": {"retries": 1, "retry_delay": "0.1s"}})
    file = folder / f"{project.package}.py"
    file.write_text(of_another_pipeline(file.read_text(encoding="utf-8")), encoding="utf-8")
    (outcome,) = run_jobs(dagster, [request(project, file)])
    assert [step.partition("__")[2] for step in outcome["retries"]] == ["fail"]
    assert {step.rpartition("__")[2] for step in outcome["failed"]} == {"fail", "drift"}
    assert any("exit code 7" in text for text in outcome["failed"][f"{file.stem}__drift"])


def test_a_task_past_its_deadline_is_ended_and_tried_again(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    settings = {"defaults": {"retries": 1, "timeout": "8s"}}
    file = export(project, "--pipeline=late", settings=settings) / f"{project.package}_late.py"
    start = time.monotonic()
    (outcome,) = run_jobs(dagster, [request(project, file)])
    assert outcome["success"], outcome
    assert len(outcome["retries"]) == 1
    assert time.monotonic() - start < 120
    assert written(project)["late.txt"] == b"in time"


def test_a_python_that_is_not_there_fails_at_once(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    settings = {"defaults": {"retries": 5, "env": {"MODE": "fast"}}}
    words = ("--pipeline=env",)
    file = export(project, *words, settings=settings, options={"python": "no/python"})
    file /= f"{project.package}_env.py"
    (outcome,) = run_jobs(dagster, [request(project, file)])
    assert not outcome["success"]
    assert not outcome["retries"]
    (why,) = outcome["failed"].values()
    assert f"{project.package.upper()}_ROOT" in why[0]
    (outcome,) = run_jobs(
        dagster, [request(project, export(project, *words, settings=settings) / file.name)]
    )
    assert outcome["success"], "the control"
    assert written(project)["env.txt"] == b"fast"


def test_tasks_of_a_run_share_a_version_also_of_odd_names_in_an_environment(
    dagster: DagsterEnv, project: KedroProject
) -> None:
    project.write("conf/prod/parameters.yml", "{}")
    folder = export(project, "--pipeline=versions", "--env=prod")
    file = folder / f"{project.package}_versions__prod.py"
    one, two = run_jobs(dagster, [request(project, file, {"times": n}) for n in (1, 2)])
    assert (one["success"], two["success"]) == (True, True), (one, two)
    assert {name.partition("/")[0] for name in one["assets"]} == {"prod"}
    files = written(project)
    versions = sorted({name.split("/")[1] for name in files})
    assert len(versions) == 2
    assert {name.split("/")[0] for name in files} == {"a b.txt", "ingest.é-versions.txt"}
    for version, value in zip(versions, (1, 2), strict=True):
        text = files[f"ingest.é-versions.txt/{version}/ingest.é-versions.txt"]
        assert json.loads(json.loads(text)[0]) == [value]
    (some,) = run_jobs(dagster, [request(project, file, ops=[f"{file.stem}__two"])])
    assert some["success"], some
    name = max(name for name in written(project) if name.startswith("ingest."))
    assert json.loads(json.loads(written(project)[name])[0]) == [2], "of the latest run before"


def test_steps_run_by_the_words_of_their_pods(dagster: DagsterEnv, project: KedroProject) -> None:
    """By Dagster's executor of pods, for each of which there is a process; one is tried again."""
    content = {"retries": 1, "env": {"MODE": "fast"}, "kubernetes": {"namespace": "ml"}}
    data = {"claim": "data", "mount": str(project.path / "data")}
    options = {
        "run_on": "kubernetes",
        "image": "shop:1",
        "project_dir": str(project.path),
        "volumes": [data],
    }
    folder = export(project, "--pipeline=pods", settings={"defaults": content}, options=options)
    name = f"{project.package}_pods"
    words = ["job", "execute", "-f", str(folder / f"{name}.py"), "-j", name]
    process = dagster.run(dagster.home(LAUNCHER), [PODS, *words], more=kept())
    assert process.returncode == 0, process.stderr[-6000:]
    pods = [line for line in process.stdout.splitlines() if line.startswith("the pod of ")]
    steps = ["env", "last", "lucky", "lucky"]
    assert sorted(pods) == [f"the pod of {name}__{step} in ml: shop:1" for step in steps]
    (last,) = (text for path, text in written(project).items() if path.startswith("a b.txt/"))
    assert json.loads(last) == ["lucky", "fast"]
