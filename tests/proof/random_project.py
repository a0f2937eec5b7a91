"""A random case as a real Kedro project, on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.model import Node, Pipeline
from tests.projects import KedroProject, make_project

from .configurations import Configuration
from .random_runs import ProjectCase

NODES = """
def show(part):
    # Kedro reads several files of one section in an order that changes from run to run.
    return repr(dict(sorted(part.items())) if SPLIT and isinstance(part, dict) else part)


def make(*parts):
    return "+".join(map(show, parts)) or "start"


def two(*parts):
    joined = make(*parts)
    return joined + ".1", joined + ".2"
"""
"""What comes out tells value, type and order of what went in."""
SETTINGS = '''
import hashlib
import os
from pathlib import Path

from kedro.framework.hooks import hook_impl
from omegaconf.resolvers import oc

# What names the run or the place.
UNLIKE = {"run_id", "session_id", "project_path", "kedro_version", "runner"}


class Recorder:
    """Writes what hooks see of a run: one file, unless its tasks see different things."""

    @hook_impl
    def before_pipeline_run(self, run_params):
        text = repr({key: run_params[key] for key in sorted(run_params) if key not in UNLIKE})
        (name,) = run_params["pipeline_names"]
        folder = Path("data/seen") / name
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        (folder / f"run-{digest}").write_text(text)


HOOKS = (Recorder(),)
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": STRATEGY},
    "custom_resolvers": {
        "oc.env": oc.env,
        "moment": lambda: os.environ["MOMENT"],
        "shout": lambda text: f"{text}!",
    },
}
'''


def write_project(folder: Path, case: ProjectCase) -> KedroProject:
    """Write a project of a case; what its nodes read and do not make is there."""
    conf = case.configuration
    strategy = "soft" if conf.soft else "destructive"
    project = make_project(
        folder,
        _registry([one for one, _ in case.pipelines]),
        nodes=f"SPLIT = {conf.split}\n{NODES}",
        settings=SETTINGS.replace("STRATEGY", repr(strategy)),
    )
    for name, section in _files(case):
        project.write(f"conf/{name}.yml", yaml.safe_dump(section, sort_keys=False))
    if conf.ignored:
        project.write(".gitignore", "conf/local/**\n!conf/local/.gitkeep\n")
    for name in case.inputs:
        project.write(f"data/{name}.txt", name)
    return project


def _files(case: ProjectCase) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from _parameter_files(case.configuration)
    for env, section in case.configuration.globals_.items():
        yield f"{env}/globals", section
    for env, section in case.catalogs.items():
        yield f"{env}/catalog", section


def _parameter_files(conf: Configuration) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for env, section in conf.parameters.items():
        if not section:
            continue
        names = list(section)
        half = len(names) // 2 if conf.split else 0
        yield f"{env}/parameters", {name: section[name] for name in names[half:]}
        if half:
            yield f"{env}/parameters/more", {name: section[name] for name in names[:half]}


def _registry(pipelines: list[Pipeline]) -> str:
    lines = ["return {"]
    for one in pipelines:
        lines += [f"    {one.name!r}: pipeline([", *map(_node, one.nodes), "    ]),"]
    return "\n".join([*lines, "}"])


def _node(node: Node) -> str:
    name = node.name.removeprefix(f"{node.namespace}.")
    inputs, outputs = list(node.inputs) or None, list(node.outputs)
    result = outputs if len(outputs) > 1 else outputs[0]
    return (
        f"        node(f.{node.function}, {inputs!r}, {result!r}, name={name!r}, "
        f"namespace={node.namespace!r}, tags={list(node.tags)!r}),"
    )
