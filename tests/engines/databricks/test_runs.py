"""Values, retries, versions, the store and sudden ends of jobs, as Databricks calls their tasks."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shipway.runtime.parameter_values import escaped
from shipway.settings.source import overlay
from tests.projects import KedroProject, make_project, text_file
from tests.targets import VOLUME

from .exported import export, run_once
from .run_job import TRIGGERED, JobRun, Kernel, load, run

pytestmark = pytest.mark.engine

NODES = """
import json
import os
import sys
from pathlib import Path


def show(hard, free, day, run_id):
    told = {"hard": hard, "free": free, "day": day, "run": run_id}
    return json.dumps(told | {"mode": os.environ["MODE"], "token": os.environ["TOKEN"]})


def flaky(shown):
    if not Path("tried").exists():
        Path("tried").touch()
        raise RuntimeError("not yet")
    return shown


def leave(code):
    if code == "exit":
        sys.exit(0)
    if code == "end":
        os._exit(0)
    return code
"""
REGISTRY = """
return {
    "__default__": pipeline([
        node(f.show, ["params:hard", "params:free", "params:day", "params:run"], "shown",
             name="show"),
        node(f.flaky, "shown", "kept", name="flaky"),
    ]),
    "ending": pipeline([
        node(f.leave, "params:free", "between", name="leave"),
        node(f.flaky, "between", "last", name="after"),
    ]),
}
"""
HARD: dict[str, Any] = {
    "empty": "", "quotes": "it's \"quoted\" `so`", "braces": "{a: [1, {b}]}", "commas": "a=1,b=2:c",
    "dollar": "$x $HOME $", "percent": "%s", "lines": "one\n\ttwo\n", "umlauts": "größe 🚢",
    "null_text": "null", "number_text": "1e3", "missing": "???", "dash": "--option", "zero": 0,
    "negative": -7, "large": 2**53, "float": 0.1, "tiny": 1e-5, "true": True, "false": False,
    "list": [1, 2, 3], "floats": [0.5, 2.0], "no_items": [], "nested": {"a": {"b": [1]}},
    "nothing": None, "holes": [1, None], "huge": 2**60, "whole_float": 2.0,
    "deep": [{"a": {"b": {"c": -0.0}}}], "filled_in": "{{job.id}} ${var.x}",
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "defaults": {
        "env": {"MODE": "fast"},
        "secrets": {"TOKEN": {"name": "scope", "key": "token"}},
        "retries": 1,
        "retry_delay": "30s",
    },
    "pipelines": {"__default__": {"run_parameters": {"day": "logical_date", "run": "run_id"}}},
}
SECRETS = {"scope/token": "a secret"}


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    return make_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        catalog={
            "shown": text_file("shown.json"),
            "kept": text_file("kept.json", versioned=True),
            "between": text_file("between.txt"),
            "last": text_file("last.txt"),
        },
        parameters=json.dumps({"hard": escaped(HARD), "free": "default"}, ensure_ascii=False),
    )


def versions(project: KedroProject) -> list[str]:
    return sorted(path.name for path in (project.path / "data" / "kept.json").iterdir())


def test_values_reach_the_node_as_they_are(project: KedroProject, tmp_path: Path) -> None:
    job = export(project, settings=SETTINGS)
    pauses: list[float] = []
    values = {"free": "a, {b}: 'c' {{job.id}}", "hard.list": "[7, 8]", "hard.whole_float": "3"}
    outcome = run_once(tmp_path, project, job, values, secrets=SECRETS, pause=pauses.append).ok()
    display = json.loads((project.path / "data" / "shown.json").read_text(encoding="utf-8"))
    goal = {**HARD, "list": [7, 8], "whole_float": 3}
    assert {k: repr(v) for k, v in display["hard"].items()} == {k: repr(v) for k, v in goal.items()}
    assert display["free"] == values["free"]
    assert (display["day"], display["run"]) == (TRIGGERED, "881")
    assert (display["mode"], display["token"]) == ("fast", "a secret")
    tries = [attempt.returned for attempt in outcome.attempts if attempt.task == "flaky"]
    assert tries == [False, True]
    assert pauses == [30.0]
    (version,) = versions(project)
    assert version.startswith("2026-01-31T06.00.00.000Z-")


def test_a_repair_saves_under_the_version_of_its_run(project: KedroProject, tmp_path: Path) -> None:
    job = export(project, settings=overlay(SETTINGS, {"defaults": {"retries": 0}}))
    failure = run_once(tmp_path / "first", project, job, secrets=SECRETS)
    assert not failure.succeeded
    assert failure.order == ["show", "flaky"]
    failure.repairs = 1
    with Kernel(tmp_path / "repair") as kernel:
        run(kernel, failure, folders={VOLUME: project.path}, secrets=SECRETS).ok()
    assert [attempt.task for attempt in failure.attempts] == ["show", "flaky", "flaky"]
    (of_repair,) = versions(project)
    again = JobRun(id="882", job=job)
    with Kernel(tmp_path / "another") as kernel:
        run(kernel, again, folders={VOLUME: project.path}, secrets=SECRETS).ok()
    assert len(versions(project)) == 2, "the control: another run has a version of its own"
    assert of_repair in versions(project)


def test_two_runs_at_once_keep_apart(project: KedroProject, tmp_path: Path) -> None:
    """Two of one moment: only their ids tell them apart."""
    (project.path / "tried").touch()
    job = export(project, settings=SETTINGS)

    def one(number: int) -> JobRun:
        with Kernel(tmp_path / f"run{number}") as kernel:
            job_run = JobRun(id=f"{number}", job=job, values={"free": f"run {number}"})
            return run(kernel, job_run, folders={VOLUME: project.path}, secrets=SECRETS)

    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(one, (1, 2)):
            outcome.ok()
    assert len(versions(project)) == 2


@pytest.mark.parametrize(("free", "error"), [("exit", "SystemExit"), ("end", "has ended")])
def test_a_node_that_ends_its_process_has_failed(
    project: KedroProject, tmp_path: Path, free: str, error: str
) -> None:
    job = export(project, "-p", "ending", settings=SETTINGS, name=f"{project.package}_ending")
    outcome = run_once(tmp_path, project, job, {"free": free}, secrets=SECRETS)
    assert not outcome.succeeded
    assert outcome.order == ["leave"]
    assert error in outcome.attempts[0].error + outcome.attempts[0].log
    (project.path / "tried").touch()
    run_once(tmp_path / "control", project, job, secrets=SECRETS).ok()


def test_the_store_carries_datasets_and_the_last_task_empties_it(tmp_path: Path) -> None:
    in_memory = make_project(
        tmp_path,
        """return {"__default__": pipeline([
            node(f.make, None, "passing", name="first"),
            node(f.make, "passing", "end", name="second"),
        ])}""",
        catalog={"end": text_file("end.txt")},
    )
    job = export(in_memory, settings={"defaults": {"memory": "store", "store": "data/store"}})
    assert len(job["tasks"]) == 3
    run_once(tmp_path / "kernel", in_memory, job).ok()
    assert (in_memory.path / "data" / "end.txt").read_text() == "start"
    assert not list((in_memory.path / "data" / "store").rglob("*.pickle"))


def test_the_bundle_s_folder_is_the_project_s(tmp_path: Path) -> None:
    """`${workspace.file_path}` is filled in as the bundle is deployed."""
    small = make_project(
        tmp_path, 'return {"__default__": pipeline([node(f.make, None, "end", name="first")])}'
    )
    small.write("conf/base/catalog.yml", f"end: {{type: text.TextDataset, filepath: {VOLUME}/x}}")
    # In a file that Kedro reads, a backslash keeps what is the bundle's from Kedro.
    options = {"compute": {"x": {"existing_cluster_id": r"\${var.cluster}"}}}
    small.write("conf/base/deploy.yml", json.dumps({"targets": {"databricks": options}}))
    process = small.run("python", "-m", "shipway", "export", "databricks")
    assert process.returncode == 0, process.stdout + process.stderr
    folder = small.path / "deploy" / "databricks" / "resources"
    job = load(folder / f"{small.package}.job.yml")
    assert job["tasks"][0]["existing_cluster_id"] == "${var.cluster}"
    words = job["tasks"][0]["python_wheel_task"]["parameters"]
    assert "--project=${workspace.file_path}" in words
    small.write("conf/base/catalog.yml", "end: {type: text.TextDataset, filepath: data/x.txt}")
    bundle = {"workspace.file_path": str(small.path)}
    run_once(tmp_path / "kernel", small, job, bundle=bundle).ok()
    assert (small.path / "data" / "x.txt").read_text() == "start"


def test_a_reference_that_is_broken_is_seen_by_the_harness(
    project: KedroProject, tmp_path: Path
) -> None:
    """The control: Databricks passes it on as it is, and the task does not run."""
    job: Any = copy.deepcopy(export(project, settings=SETTINGS))
    words = job["tasks"][0]["python_wheel_task"]["parameters"]
    words[:] = [word.replace("job.start_time.iso_datetime", "job.start") for word in words]
    outcome = run_once(tmp_path, project, job, secrets=SECRETS)
    assert not outcome.succeeded
    assert "{{job.start}}" in outcome.attempts[0].error
