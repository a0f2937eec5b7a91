"""Runs of exported modules: as `pyflyte run` has them, and each task as its pod would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shipway.runtime.parameter_values import escaped
from tests.engines.forks import REPO
from tests.engines.hopeless import hopeless_project, of_another_pipeline
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, copy_example, make_project, text_file
from tests.written import persisted

from .env import Flyte, python, variables
from .exported import export
from .run_all import run_env

pytestmark = pytest.mark.engine

BROKEN = """

def score_forecasts(*_args: object) -> None:
    raise RuntimeError("scored to fail")
"""
NODES = """
import json


def show(hard, day, run_id):
    return json.dumps({"hard": hard, "day": str(day), "run": run_id})


def keep(shown):
    return shown
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.show, ["params:hard", "params:day", "params:run"], "shown", name="show"),
    node(f.keep, "shown", "kept", name="keep"),
])}
"""
HARD: dict[str, Any] = {
    "empty": "", "quotes": "it's \"quoted\" `so`", "two": "{{.inputs.x}}", "dollar": "${x} $(HOME)",
    "lines": "one\n\ttwo\n", "umlauts": "größe 🚢", "null text": "null", "number text": "1e3",
    "dash": "--option", "negative": -7, "large": 2**53 + 1, "float": 0.1, "tiny": 1e-5,
    "false": False, "floats": [0.5, 2.0], "no items": [], "nested": {"a": {"b": [1, 2.5]}},
    "holes": [1, None], "deep": [{"a": "{{x}}", "b": {"c": {}}}],
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "pipelines": {
        "__default__": {
            "run_parameters": {"day": "logical_date", "run": "run_id"},
            "schedule": {"cron": "0 6 * * *"},
        }
    }
}


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Path]:
    with stand_in() as program:
        yield program


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[KedroProject, Path]:
    """A project that shows its parameters in a versioned dataset, and its module."""
    others = {name: _other(value) for name, value in HARD.items()}
    parameters = {"hard": others, "day": "?", "run": "?"}
    project = make_project(
        tmp_path_factory.mktemp("shown") / "project",
        REGISTRY,
        nodes=NODES,
        catalog={
            "shown": text_file("shown.txt", versioned=True),
            "kept": text_file("kept.txt", versioned=True),
        },
        parameters=escaped(parameters),
    )
    return project, next(export(project, SETTINGS).glob("*.py"))


def test_the_command_line_makes_what_kedro_run_makes(
    interpreter: Path, tmp_path: Path, energy_by_kedro: dict[str, bytes]
) -> None:
    """`pyflyte run` itself, in a Python of its own."""
    example = copy_example(tmp_path / "energy")
    module = export(example, {"defaults": {"retries": 0}}) / "energy_workflow.py"
    outcome = _pyflyte(tmp_path, example, interpreter, "run", str(module), "energy")
    assert outcome.returncode == 0, outcome.stdout
    assert persisted(example) == energy_by_kedro


def test_a_store_makes_the_same_and_is_emptied(
    flyte: Flyte, interpreter: Path, tmp_path: Path, energy_by_kedro: dict[str, bytes]
) -> None:
    example = copy_example(tmp_path / "energy")
    store = {"defaults": {"memory": "store", "store": "data/store"}}
    module = export(example, store) / "energy_workflow.py"
    code, printed = flyte.run(module, more=run_env(example, interpreter))
    assert code == 0, printed
    assert persisted(example) == energy_by_kedro
    assert not list((example.path / "data" / "store").rglob("*.pkl"))


def test_a_failing_node_ends_the_run(flyte: Flyte, interpreter: Path, tmp_path: Path) -> None:
    example = copy_example(tmp_path / "energy")
    module = export(example) / "energy_workflow.py"
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    nodes.write_text(nodes.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
    code, printed = flyte.run(module, more=run_env(example, interpreter))
    assert code == 1
    assert "scored to fail" in printed
    assert "shipway.runtime ended with exit code 1" in printed
    assert (example.path / "data" / "07_model_output").exists()
    assert not (example.path / "data" / "08_reporting" / "report.md").exists()


def test_values_arrive_as_they_are_set(
    flyte: Flyte, interpreter: Path, shown: tuple[KedroProject, Path]
) -> None:
    """Two runs at once, one with other values: each has an id and versions of its own."""
    project, module = shown
    more = run_env(project, interpreter)
    values = {f"hard.{name}": value for name, value in HARD.items() if name != "nested"}
    values["hard.nested.a.b"] = HARD["nested"]["a"]["b"]
    with ThreadPoolExecutor(1) as pool, _another(project) as other:
        future = pool.submit(other.run, module, None, more)
        ends = [flyte.run(module, values, more), future.result()]
    assert [code for code, _ in ends] == [0, 0], ends
    folder = project.path / "data" / "kept.txt"
    texts = [json.loads((v / "kept.txt").read_text(encoding="utf-8")) for v in folder.iterdir()]
    others = {name: _other(value) for name, value in HARD.items()}
    results = [text["hard"] for text in texts]
    assert results in ([HARD, others], [others, HARD])
    assert len({text["run"] for text in texts}) == 2
    assert all(re.fullmatch(r"local-[0-9a-f-]{36}", text["run"]) for text in texts)
    assert all(text["day"].startswith("20") for text in texts)


def test_a_pod_is_told_its_run_and_says_what_may_be_tried_again(
    flyte: Flyte, interpreter: Path, tmp_path: Path
) -> None:
    """Flyte tries again after an error that a pod calls recoverable, and after no other."""
    project = hopeless_project(tmp_path / "hopeless")
    module = next(export(project, {"defaults": {"retries": 1}}).glob("*.py"))
    more = run_env(project, interpreter)
    started = flyte.pod(module, "start", {}, more)
    assert started["outputs"]["run_id"] == "an-execution"
    run = {"run": started["outputs"]}
    failed = flyte.pod(module, "fail", run, more)
    assert failed["kind"] == "RECOVERABLE"
    assert "the next try may be lucky" in failed["printed"]
    assert flyte.pod(module, "drift", run, more)["kind"] is None, "the control"
    text = of_another_pipeline(module.read_text(encoding="utf-8"))
    module.write_text(text, encoding="utf-8")
    assert flyte.pod(module, "drift", run, more)["kind"] == "NON_RECOVERABLE"


def test_a_module_hides_no_package_from_the_tasks(flyte: Flyte, tmp_path: Path) -> None:
    """It stands in the folder in which a pod starts, and the project is installed elsewhere."""
    project = hopeless_project(tmp_path / "hopeless")
    module = export(project) / f"{project.package}_workflow.py"
    app, site = tmp_path / "app", tmp_path / "site-packages"
    for folder, target in (("conf", app / "conf"), ("src", site)):
        shutil.copytree(project.path / folder, target)
    more = {**run_env(project, Path(sys.executable)), "PYTHONPATH": f"{site}{os.pathsep}{REPO}"}
    more[f"{project.package.upper()}_ROOT"] = str(app)
    run = {"run": {"run_id": "an-execution", "created": "2026-01-31T06:00:01+00:00"}}
    like_package = Path(shutil.copy(module, app / f"{project.package}.py"))
    failed = flyte.pod(like_package, "drift", run, more)
    assert failed["kind"], "the control: it would hide the package"
    like_package.unlink()
    own = Path(shutil.copy(module, app))
    done = flyte.pod(own, "drift", run, more)
    assert done["kind"] is None, done["printed"]


def _other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return {key: _other(item) for key, item in value.items()}
    if isinstance(value, list):
        return [*value, *value, 7]
    return {bool: True, int: 1, float: 1.5, str: "other"}[type(value)]


def _another(project: KedroProject) -> Flyte:
    return Flyte(project.path.parent / "scratch")


def _pyflyte(
    scratch: Path, project: KedroProject, interpreter: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    more: Mapping[str, str] = {**variables(scratch), **run_env(project, interpreter)}
    return subprocess.run(
        [python().with_name("pyflyte"), *words],
        env=dict(more),
        cwd=scratch,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )
