"""What a Prefect artifact says, for the tests of its exporter."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, TypeGuard

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import ShipwayError
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, project, said

CHAIN = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": 1})


DOCKER = {
    "work_pool": {"name": "pool", "type": "docker"},
    "image": "registry.example/shop:1",
    "volumes": [{"claim": "data", "mount": "/app/data"}],
}


PURE = project(node("a", "params:p"), parameters={"p": 1})
"""Without a file, which would be lost with a clone."""


GIT = {"repository": "https://git.example/shop.git"}


IN_IMAGE = {"image": "registry.example/shop:1", "volumes": ["data:/app/data"]}
"""What a run's container is then given."""


def files(
    of: Project, options: Mapping[str, Any] = {}, lossy: tuple[str, ...] = (), **content: Any
) -> dict[str, str]:
    """The files of the default pipeline, by path; `content` are its settings."""
    values = {"targets": {"prefect": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (artifact,) = compile_all(of, settings, exporter, Selection(lossy=lossy))
    return {file.path: file.text for file in artifact.files}


def by_name(item: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(item, ast.Name)


def flow(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> str:
    return files(of, options, **content)["shop/flow.py"]


def deployment(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> dict[str, Any]:
    document = yaml.safe_load(files(of, options, **content)["shop/prefect.yaml"])
    (result,) = document["deployments"]
    assert isinstance(result, dict)
    return result


def pull(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load(
        files(of, options, **content)["shop/prefect.yaml"]
    )["pull"]
    return [{name.rpartition(".")[2]: given for name, given in step.items()} for step in steps]


def calls(text: str, name: str) -> list[dict[str, Any]]:
    """The calls of a function: named arguments, and the unnamed ones by number.

    What is no literal, such as the name of another task, is its source.
    """
    result = []
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == name:
            given = {str(number): value(item) for number, item in enumerate(call.args)}
            result.append(given | {str(k.arg): value(k.value) for k in call.keywords})
    return result


def value(item: ast.expr) -> Any:
    try:
        return ast.literal_eval(item)
    except ValueError:
        return ast.unparse(item)


def tasks(text: str) -> dict[str, dict[str, Any]]:
    """What each task is given by `kedro.with_options(…).submit(…)`, by its name."""
    options = calls(text, "kedro.with_options")
    submitted = [
        {str(k.arg): value(k.value) for k in call.keywords}
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(").submit")
    ]
    return {o["name"]: o | given for o, given in zip(options, submitted, strict=True)}


def job_of_all(text: str) -> dict[str, str]:
    """What every task is told: source, by name."""
    keywords = (k for k in ast.walk(ast.parse(text)) if isinstance(k, ast.keyword))
    (job,) = (k.value for k in keywords if k.arg == "job")
    assert isinstance(job, ast.Dict)
    pairs = zip(job.keys, job.values, strict=True)
    return {ast.literal_eval(key): ast.unparse(item) for key, item in pairs if key}


def options_of_all(text: str) -> dict[str, Any]:
    """What the decorator gives every task."""
    (result,) = calls(text, "task")
    return result


def refusal(kind: type[ShipwayError], *args: Any, **content: Any) -> str:
    with pytest.raises(kind) as error:
        files(*args, **content)
    return said(error.value)


POOLS: Mapping[str, Mapping[str, Any]] = {
    "process": {},
    "docker": {"work_pool": {"type": "docker"}, "image": "shop:1"},
    "kubernetes": {"work_pool": {"type": "kubernetes"}, "image": "shop:1"},
}


KUBERNETES = {**DOCKER, "work_pool": {"type": "kubernetes"}}


def of_nodes(count: int, length: int, each: int = 0) -> Project:
    """One task of many nodes, each with a long name, and a long name of what it writes."""
    name = "n" * (length - 6)
    long = "d" * each
    return project(*(node(f"{name}{n:06}", "raw", f"{long}{n:06}") for n in range(count)))


def flow_function(text: str) -> ast.FunctionDef:
    """The function that is the flow: the last one with a decorator."""
    functions = [item for item in ast.parse(text).body if isinstance(item, ast.FunctionDef)]
    return [item for item in functions if item.decorator_list][-1]
