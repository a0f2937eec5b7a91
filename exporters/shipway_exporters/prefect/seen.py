"""A flow and its deployment read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shipway.literals import Call, Code
from shipway.seen import Seen, SeenTask
from shipway.syntax import source, value_of

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "secrets"}
    | {"schedule.cron", "schedule.parameters", "concurrency.runs", "description"}
)


def seen_in(flow: str, deployments: str) -> Seen:
    """Return what the two files of a pipeline say."""
    tree = ast.parse(flow)
    function = [item for item in tree.body if isinstance(item, ast.FunctionDef)][-1]
    shared = _shared(tree)
    tasks: dict[str, SeenTask] = {}
    names: dict[str, str] = {}
    for variable, call in _calls(function):
        if call.function in ("run.task", "run.clean_up"):
            names[variable] = call.args[0]
            tasks[call.args[0]] = _task(call, shared, names)
    arguments = _arguments(function)
    decorator = dict(value_of(function.decorator_list[0]).kwargs)
    return Seen(
        name=decorator["name"],
        tasks=tasks,
        parameters={arguments.get(a, a): default for a, default in _defaults(function)},
        run={**_description(decorator), **_run(deployments, arguments)},
        keys=_KEYS,
    )


def _shared(tree: ast.Module) -> dict[str, Any]:
    """What the decorator of the task gives all of them, and the default of their time-out."""
    (task,) = (i for i in tree.body if isinstance(i, ast.FunctionDef) and i.name == "kedro_task")
    (holder,) = (i for i in tree.body if isinstance(i, ast.ClassDef) and i.name == "KedroTask")
    given = dict(value_of(task.decorator_list[0]).kwargs)
    arguments = next(i for i in holder.body if isinstance(i, ast.FunctionDef)).args
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.arg == "timeout" and default is not None:
            given["timeout"] = value_of(default)
    return given


def _calls(function: ast.FunctionDef) -> Iterator[tuple[str, Call]]:
    for statement in function.body:
        if isinstance(statement, (ast.Assign, ast.Expr)) and isinstance(statement.value, ast.Call):
            named = statement.targets if isinstance(statement, ast.Assign) else []
            yield "".join(map(source, named)), value_of(statement.value)


def _task(call: Call, shared: Mapping[str, Any], names: Mapping[str, str]) -> SeenTask:
    own = dict(call.kwargs)
    given = {**shared, **own} if call.function == "run.task" else {}
    return SeenTask(
        nodes=own.get("nodes", {}),
        needs=frozenset(names[before.source] for before in own.get("after", ())),
        settings=dict(_settings(given)),
    )


def _settings(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if given.get("retries"):
        yield "retries", given["retries"]
        pauses = given.get("retry_delay_seconds")
        if isinstance(pauses, list):
            yield "retry_backoff", pauses[1] / pauses[0]
        if pauses is not None:
            yield "retry_delay", pauses[0] if isinstance(pauses, list) else pauses
    for key in ("timeout", "env", "secrets"):
        if given.get(key):
            yield key, given[key]


def _arguments(function: ast.FunctionDef) -> dict[str, str]:
    """The parameter that each argument sets: `KedroRun({"model.folds": model_folds})`."""
    run = next(call for _, call in _calls(function) if call.function == "KedroRun")
    given = run.args[0] if run.args else {}
    return {value.source: name for name, value in given.items() if isinstance(value, Code)}


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, Any]]:
    arguments = function.args
    for argument, default in zip(arguments.args, arguments.defaults, strict=True):
        yield argument.arg, value_of(default)


def _description(decorator: Mapping[str, Any]) -> dict[str, str]:
    return {"description": decorator["description"]} if "description" in decorator else {}


def _run(deployments: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    (deployment,) = yaml.safe_load(deployments)["deployments"]
    found: dict[str, Any] = {}
    if limit := deployment.get("concurrency_limit"):
        found["concurrency.runs"] = limit["limit"]
    for schedule in deployment.get("schedules", ()):
        found["schedule.cron"] = (schedule["cron"], schedule["timezone"])
        if given := schedule.get("parameters"):
            found["schedule.parameters"] = {arguments[k]: value for k, value in given.items()}
    return found
