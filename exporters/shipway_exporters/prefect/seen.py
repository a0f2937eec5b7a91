"""A flow and its deployment read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shipway.job import TOLD, TOLD_TO_ALL, all_told_back, told_back
from shipway.literals import Call, Code
from shipway.planner.plan import Plan
from shipway.seen import Seen, SeenTask, labels_among
from shipway.syntax import constants_of, source, value_of
from shipway_exporters.prefect.compute import AT_ONCE

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "secrets"}
    | {"schedule.cron", "schedule.parameters", "concurrency.runs", "concurrency.tasks"}
    | {"description", "labels", "owner"}
)
_OF_A_RUN = {"image": "image", "service_account": "service_account_name"}
"""Settings of tasks that a run has once, in its job variables."""


def seen_in(plan: Plan, flow: str, deployments: str) -> Seen:
    """Return what the two files of a pipeline say."""
    tree = ast.parse(flow)
    (deployment,) = yaml.safe_load(deployments)["deployments"]
    function = [item for item in tree.body if isinstance(item, ast.FunctionDef)][-1]
    module = constants_of(tree)
    shared = {**_shared(tree), **_job_variables(plan, deployment)}
    tasks: dict[str, SeenTask] = {}
    names: dict[str, str] = {}
    for variable, call in _calls(function):
        if call.function in ("run.task", "run.clean_up"):
            names[variable] = call.args[0]
            tasks[call.args[0]] = _task(call, shared, names, module)
    arguments = _arguments(function)
    decorator = dict(value_of(function.decorator_list[0]).kwargs)
    return Seen(
        name=decorator["name"],
        tasks=tasks,
        parameters={arguments.get(a, a): default for a, default in _defaults(function)},
        run={
            **dict(_decorated(decorator, plan)),
            **_run(deployment, arguments, plan),
            **dict(all_told_back(tree, module)),
        },
        keys=_KEYS | TOLD | TOLD_TO_ALL | (_OF_A_RUN.keys() - _overridden(plan)),
    )


def _job_variables(plan: Plan, deployment: Mapping[str, Any]) -> dict[str, Any]:
    """What the container of a run gives all of its tasks; not what the target's options do."""
    found = deployment["work_pool"].get("job_variables", {})
    given = {key: found[name] for key, name in _OF_A_RUN.items() if name in found}
    has_own = any(task.settings.image for task in plan.tasks)
    if not has_own and given.get("image") == plan.options.get("image"):
        given.pop("image", None)
    return given


def _overridden(plan: Plan) -> set[str]:
    """The settings over which the options of the target have the last word."""
    variables = plan.options.get("job_variables", {})
    return {key for key, name in _OF_A_RUN.items() if name in variables}


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


def _task(
    call: Call, shared: Mapping[str, Any], names: Mapping[str, str], module: Mapping[str, Any]
) -> SeenTask:
    own = dict(call.kwargs)
    given = {**shared, **own} if call.function == "run.task" else {}
    return SeenTask(
        nodes=own.get("nodes", {}),
        needs=frozenset(names[before.source] for before in own.get("after", ())),
        settings={**dict(_settings(given)), **dict(told_back(given, module))},
    )


def _settings(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if given.get("retries"):
        yield "retries", given["retries"]
        pauses = given.get("retry_delay_seconds")
        if isinstance(pauses, list):
            yield "retry_backoff", pauses[1] / pauses[0]
        if pauses is not None:
            yield "retry_delay", pauses[0] if isinstance(pauses, list) else pauses
    for key in ("timeout", "env", "secrets", *_OF_A_RUN):
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


def _decorated(decorator: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    if "description" in decorator:
        yield "description", decorator["description"]
    workers = dict(decorator["task_runner"].kwargs)["max_workers"]
    if plan.run.parallel_tasks or workers != AT_ONCE:
        yield "concurrency.tasks", workers


def _run(deployment: Any, arguments: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = dict(_tags(list(deployment.get("tags", ())), plan))
    if limit := deployment.get("concurrency_limit"):
        found["concurrency.runs"] = limit["limit"]
    for schedule in deployment.get("schedules", ()):
        found["schedule.cron"] = (schedule["cron"], schedule["timezone"])
        if given := schedule.get("parameters"):
            found["schedule.parameters"] = {arguments[k]: value for k, value in given.items()}
    return found


def _tags(tags: list[str], plan: Plan) -> Iterator[tuple[str, Any]]:
    """The owner's tag comes last, after those of the labels."""
    if plan.run.owner and tags and tags[-1].startswith("owner:"):
        yield "owner", tags.pop().removeprefix("owner:")
    if tags:
        yield "labels", labels_among(tags, plan)
