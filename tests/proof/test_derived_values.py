"""What a run computes from its configuration, on each orchestrator, value by value.

One project: values made of others, of the worker's environment and of its variables, environments
over each other, and what only the catalog reads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.targets.registry import names
from tests.engines.exports import Export, PipelineRun
from tests.projects import KedroProject, make_project, text_file
from tests.written import persisted

from .by_kedro import KedroRun, run_by_kedro
from .random_project import SETTINGS
from .runners import runner

pytestmark = pytest.mark.engine

PARAMETERS = """
year: 2025
last_year: ${year}
paths: {raw: "raw/${year}"}
n: 3
model: {alpha: 1, beta: 2, token: plain}
day: null
bucket: ${oc.env:BUCKET}
x: shared
"""
CATALOG = {
    **{name: text_file(f"{name}.txt") for name in ("untouched", "derived", "of_prod", "listed")},
    "dated": text_file("${runtime_params:day, latest}/dated.txt"),
    "regional": text_file("${runtime_params:region, eu}/regional.txt"),
}
REGISTRY = """
made = ["params:last_year", "params:paths"]
return {
    "untouched": pipeline([
        node(f.show, [*made, "params:bucket", "params:x", "params:n"], "untouched", name="show"),
        node(f.show, ["params:day"], "dated", name="date"),
    ]),
    "derived": pipeline([node(f.show, made, "derived", name="derive")]),
    "of_prod": pipeline([node(f.show, ["params:model", "parameters"], "of_prod", name="show_all")]),
    "listed": pipeline([node(f.show, ["params:model", "params:n"], "listed", name="list")]),
    "regional": pipeline([node(f.show, ["params:n"], "regional", name="place")]),
}
"""
NODES = """
def show(*parts):
    return repr(parts)
"""
HELD = {
    "defaults": {"group_by": "pipeline"},
    "pipelines": {
        "listed": {"parameters": ["model.alpha"]},
        "regional": {"parameters": ["region"]},
    },
}
WORKER = {"BUCKET": "of-the-worker", "MOMENT": "noon", "KEDRO_ENV": "prod"}
MODEL = {"alpha": 1, "beta": 2, "token": "plain"}
WANTED = {
    "untouched.txt": (2025, {"raw": "raw/2025"}, "of-the-worker", "shared", 5),
    "latest/dated.txt": (None,),
    "derived.txt": (2031, {"raw": "raw/2031"}),
    "listed.txt": (MODEL, 5),
    "us/regional.txt": (5,),
    "of_prod.txt": (
        MODEL,
        {
            "year": 2025,
            "last_year": 2025,
            "paths": {"raw": "raw/2025"},
            "n": 5,
            "model": MODEL,
            "day": None,
            "bucket": "of-the-worker",
            "x": "shared",
        },
    ),
}
"""What is written, in the order of keys, too."""
RUNS = (
    PipelineRun(pipeline="untouched", whole_form=True),
    PipelineRun(pipeline="derived", values={"year": 2031}, whole_form=True),
    PipelineRun(pipeline="regional", values={"region": "us"}),
)
RUNS_OF_PROD = (
    PipelineRun(pipeline="of_prod", whole_form=True),
    PipelineRun(pipeline="listed", whole_form=True),
)


def derived_project(folder: Path) -> KedroProject:
    """A project whose `conf/local` git ignores: it holds what only a laptop has."""
    project = make_project(
        folder,
        REGISTRY,
        nodes=NODES,
        parameters=PARAMETERS,
        catalog=CATALOG,
        settings=SETTINGS.replace("STRATEGY", "'destructive'"),
    )
    project.write("conf/prod/parameters.yml", "n: 5\n")
    project.write("conf/local/parameters.yml", "x: laptop\n")
    project.write(".gitignore", "conf/local/**\n")
    return project


@pytest.mark.parametrize("target", names())
def test_values_that_are_made_of_others(target: str, tmp_path: Path) -> None:
    project = derived_project(tmp_path)
    laptop = {"BUCKET": "of-a-laptop", "MOMENT": "dawn"}
    exports = [
        Export(
            project=project,
            runs=runs,
            settings=HELD,
            words=words,
            export_variables=laptop,
            task_variables=WORKER,
        )
        for runs, words in ((RUNS, []), (RUNS_OF_PROD, ["--env=prod"]))
    ]
    runner(target)(exports, tmp_path / "scratch")
    result = {name: content.decode() for name, content in persisted(project).items()}
    view = {name for name in result if name.startswith("seen/")}
    assert {name: content for name, content in result.items() if name not in view} == {
        name: repr(value) for name, value in WANTED.items()
    }
    assert len(view) == len(RUNS) + len(RUNS_OF_PROD), "one for each run"


def test_control_kedro_run_makes_the_same(tmp_path: Path) -> None:
    project = derived_project(tmp_path)
    lines = [["run", f"--pipelines={run.pipeline}"] for run in (*RUNS, *RUNS_OF_PROD)]
    lines[1] += ["--params=year=2031"]
    lines[2] += ["--params=region=us"]
    run_by_kedro(project, [KedroRun(words=words) for words in lines], **WORKER)
    result = {name: content.decode() for name, content in persisted(project).items()}
    assert {name: content for name, content in result.items() if not name.startswith("seen/")} == {
        name: repr(value) for name, value in WANTED.items()
    }
