"""A flow and its deployment read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shipway.artifacts.python_expressions import constants_of, source, value_of
from shipway.artifacts.python_literals import Code
from shipway.artifacts.readback import Seen, SeenTask, labels_among
from shipway.planner.plan import Plan
from shipway_exporters.prefect.compute import AT_ONCE
from shipway_exporters.python_files.job_source import TOLD, TOLD_TO_ALL, told_back

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
    body = _assignments(function)
    run = dict(value_of(body["run"]).kwargs)
    inputs = value_of(body["inputs"]) if "inputs" in body else {}
    arguments = {v.source: name for name, v in inputs.items() if isinstance(v, Code)}
    module = constants_of(tree)
    shared = {**_shared(tree), **run["job"], **_job_variables(plan, deployment)}
    decorator = dict(value_of(function.decorator_list[0]).kwargs)
    return Seen(
        name=decorator["name"],
        tasks=dict(_tasks(body, shared, module)),
        parameters={arguments.get(a, a): default for a, default in _defaults(function)},
        run={
            **dict(_decorated(decorator)),
            **dict(_at_once(decorator, run, plan)),
            **_run(deployment, arguments, plan),
            **dict(_told_to_all(run["job"], module)),
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
    """What the decorator of the task gives all of them."""
    (task,) = (i for i in tree.body if isinstance(i, ast.FunctionDef) and i.name == "kedro")
    return dict(value_of(task.decorator_list[0]).kwargs)


def _assignments(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """What the function, and a block in it, gives to names; the last counts."""
    blocks = [function.body, *(item.body for item in function.body if isinstance(item, ast.With))]
    assigned = [item for block in blocks for item in block if isinstance(item, ast.Assign)]
    return {source(target): item.value for item in assigned for target in item.targets}


def _tasks(
    body: Mapping[str, ast.expr], shared: Mapping[str, Any], module: Mapping[str, Any]
) -> Iterator[tuple[str, SeenTask]]:
    """The tasks whose end the flow waits for, under the name that it tells then."""
    submitted = {variable: _submission(value) for variable, value in body.items()}
    names = {variable: own["name"] for variable, own in submitted.items() if "name" in own}
    for name, variable in value_of(body["tasks"]).items():
        if names.get(variable.source) == name:
            yield name, _task(submitted[variable.source], shared, names, module)


def _submission(item: ast.expr) -> dict[str, Any]:
    """What `kedro.with_options(…).submit(…)` says, in either call."""
    if not (isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute)):
        return {}
    options = item.func.value
    given = value_of(options).kwargs if isinstance(options, ast.Call) else ()
    return {**dict(given), **dict(value_of(item).kwargs)}


def _task(
    own: Mapping[str, Any],
    shared: Mapping[str, Any],
    names: Mapping[str, str],
    module: Mapping[str, Any],
) -> SeenTask:
    given = {} if own.get("clean_store") else {**shared, "env": None, **own}
    return SeenTask(
        nodes={name: signed or None for name, signed in own["nodes"].items()},
        needs=frozenset(names[before.source] for before in own.get("wait_for", ())),
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


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, Any]]:
    arguments = function.args
    for argument, default in zip(arguments.args, arguments.defaults, strict=True):
        yield argument.arg, value_of(default)


def _decorated(decorator: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "description" in decorator:
        yield "description", decorator["description"]


def _at_once(
    decorator: Mapping[str, Any], run: Mapping[str, Any], plan: Plan
) -> Iterator[tuple[str, Any]]:
    """How many processes may run at once: by a semaphore, or by the threads when it is one."""
    slots = run["slots"].args[0] if "slots" in run else None
    threads = dict(decorator["task_runner"].kwargs) if "task_runner" in decorator else {}
    given = slots or threads.get("max_workers")
    if plan.run.parallel_tasks or given not in (None, AT_ONCE):
        yield "concurrency.tasks", given


def _told_to_all(job: Mapping[str, Any], module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What every task is told: the constants that its job names, and where it is configured."""
    for key, name in (("store", "store"), ("load_versions", "load_versions")):
        if isinstance(value := job.get(name), Code):
            yield key, module[value.source]
    if "PARAMETERS" in (job["params"].source.split(" | ") if "params" in job else ()):
        yield "constants", module["PARAMETERS"]
    for key, name in (("kedro_env", "env"), ("conf_source", "conf_source")):
        if name in job:
            yield key, job[name]


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
