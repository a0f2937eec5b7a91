"""A project with jobs of one pipeline, and what `kedro run` makes of them.

Each job meets another in its first node, and cannot go on before: so both do run at once, on each
orchestrator of a target that has several (`ORCHESTRATOR`). What
they have in common is all that could be mixed up: the store of what is in memory, versions, a task
that empties the store.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engines.exports import PipelineRun
from tests.projects import KedroProject, make_project, text_file
from tests.written import persisted

from .by_kedro import KedroRun, params_words, run_by_kedro

NODES = """
import os
import time
from pathlib import Path


def meet(country):
    folder = Path("data/meeting" + os.environ.get("ORCHESTRATOR", ""))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / country).touch()
    end = time.monotonic() + 300
    while len(list(folder.iterdir())) < int(os.environ.get("MEETING", "1")):
        if time.monotonic() > end:
            raise TimeoutError("nobody else is here")
        time.sleep(0.1)
    return country


def join(*parts):
    return repr(parts)
"""
REGISTRY = """
return {
    "scoring": pipeline([
        node(f.meet, "params:country", "here", name="meet", tags=["score"]),
        node(f.join, ["here", "params:model", "params:derived"], "model", name="train",
             tags=["score"]),
        node(f.join, ["model", "params:lags"], "scores", name="score", tags=["score", "late"]),
        node(f.join, "scores", "report", name="report", tags=["late"]),
    ]),
}
"""
PARAMETERS = """
country: de
derived: "of ${country}"
lags: [1, 2]
model: {alpha: 1.5, beta: 2, name: plain, note: set}
"""
CATALOG = {
    name: text_file(
        "${runtime_params:country, nowhere}/" + f"{name}.txt", versioned=name == "model"
    )
    for name in ("model", "scores", "report")
}
HARD = 'it\'s {{ x }} $y "z" %s é\n{{$.a}}'
JOBS: dict[str, dict[str, Any]] = {
    "fr": {
        "pipeline": "scoring",
        "params": {"country": "fr", "model.alpha": 3, "model": {"name": HARD}, "lags": []},
        "tags": ["score"],
    },
    "IT.2": {
        "pipeline": "scoring",
        "params": {"country": "it", "model": {"beta": 5, "note": None}},
        "to_nodes": ["score"],
        "nodes": {"train": {"env": {"A": "b"}}},
    },
    # These two differ in their parameters alone: on Prefect, deployments of one flow.
    "es": {"pipeline": "scoring", "params": {"country": "es", "model.alpha": 4, "lags": [3]}},
    "p_t": {"pipeline": "scoring", "params": {"country": "pt", "model": {"name": "x y"}}},
}
SETTINGS = {
    "pipelines": {"scoring": {"memory": "store", "store": "data/store"}},
    "jobs": JOBS,
}
_BY_KEDRO: dict[str, dict[str, bytes]] = {}
RUNS = tuple(PipelineRun(pipeline=name, is_job=True) for name in JOBS)


def project_of_jobs(folder: Path) -> KedroProject:
    return make_project(
        folder, REGISTRY, nodes=NODES, parameters=PARAMETERS, catalog=CATALOG, deploy="{}\n"
    )


def made(project: KedroProject) -> dict[str, bytes]:
    for folder in (project.path / "data").glob("meeting*"):
        shutil.rmtree(folder)
    return persisted(project)


def by_kedro(folder: Path, **values: Any) -> dict[str, bytes]:
    """What `kedro run` makes with the parameters and the selection of each job; made once."""
    key = json.dumps([JOBS, values])
    if key not in _BY_KEDRO:
        _BY_KEDRO[key] = _by_kedro(folder, values)
    return _BY_KEDRO[key]


def _by_kedro(folder: Path, values: Mapping[str, Any]) -> dict[str, bytes]:
    project = project_of_jobs(folder)
    runs = []
    for job in JOBS.values():
        params = {**job["params"], **values}
        nested: dict[str, Any] = {}
        for dotted, value in params.items():
            level, *rest = dotted.split(".")
            inner = {rest[0]: value} if rest else value
            is_mapping = isinstance(inner, dict)
            nested[level] = {**nested.get(level, {}), **inner} if is_mapping else inner
        chosen = {key: value for key, value in job.items() if isinstance(value, list)}
        words = [f"--{key.replace('_', '-')}={','.join(value)}" for key, value in chosen.items()]
        runs.append(
            KedroRun(words=["run", "--pipelines=scoring", *params_words(project, nested), *words])
        )
    run_by_kedro(project, runs)
    return made(project)
