"""A flow and its deployment read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from shipway.artifacts.python_expressions import constants_of, source, value_of
from shipway.artifacts.python_literals import Code
from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.settings.values import RUN_ON
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.prefect.compute import AT_ONCE
from shipway_exporters.prefect.compute_readback import COMPUTE_KEYS, compute_by_task, overridden
from shipway_exporters.prefect.flow_job import FACTS, written_out
from shipway_exporters.prefect.job_template import NAME
from shipway_exporters.prefect.notifications import EMULATED, notices_in
from shipway_exporters.prefect.rules import faults
from shipway_exporters.prefect.rules_pool import pool_findings
from shipway_exporters.values.tags import labels_among

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "secrets"}
    | {"schedule.cron", "schedule.parameters", "concurrency.runs", "concurrency.tasks", "jobs"}
    | {
        *EMULATED,
        "description",
        "labels",
        "owner",
        "run_parameters.logical_date",
        "run_parameters.run_id",
    }
)
_OF_A_RUN = {"image": "image", "service_account": "service_account_name"}
"""Settings of tasks that a run has once, in its job variables."""


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the files of a pipeline, to be read.

    The deployment and the pool's job template are checked against closed rules, as Prefect ignores
    what it does not know.
    """
    path, flow = f"{plan.name}/prefect.yaml", files[f"{plan.name}/flow.py"]
    document = yaml.safe_load(files[path])
    return Readback(
        findings=(
            *findings(path, faults(document)),
            *pool_findings(plan, document, path, files.get(f"{plan.name}/{NAME}")),
        ),
        contents=lambda: flow_contents(plan, ast.parse(flow), document),
    )


def flow_contents(plan: Plan, tree: ast.Module, document: Mapping[str, Any]) -> Contents:
    """Return what the file of a flow says, and the document of its deployment."""
    deployment = document["deployments"][0]
    # The flow is the last function with a decorator; before it stands that of its tasks.
    functions = [item for item in tree.body if isinstance(item, ast.FunctionDef)]
    function = [item for item in functions if item.decorator_list][-1]
    body = _assignments(function)
    run = dict(value_of(body["run"]).kwargs)
    inputs = value_of(body["inputs"]) if "inputs" in body else {}
    arguments = {v.source: name for name, v in inputs.items() if isinstance(v, Code)}
    job = written_out(run["job"], constants_of(tree))
    common = {**_common_options(tree), **run["job"], **_job_variables(plan, deployment)}
    decorator = dict(value_of(function.decorator_list[0]).kwargs)
    variables = deployment["work_pool"].get("job_variables", {})
    # The task that empties the store asks for nothing.
    compute = compute_by_task(plan, variables)
    tasks = {
        name: replace(task, settings={**task.settings, **compute.get(name, {})})
        for name, task in _tasks(body, common, job)
    }
    omissions = overridden(plan) | _overridden(plan)
    return Contents(
        name=decorator["name"],
        tasks=tasks,
        parameters={arguments.get(a, a): default for a, default in _defaults(function)},
        run={
            **dict(_flow_description(decorator)),
            **dict(_at_once(decorator, run, plan)),
            **notices_in(decorator),
            **_of_deployments(document["deployments"], arguments, plan),
            **task_job.run_facts(job),
            **_fact_parameters(body, run["job"]),
        },
        keys=(_KEYS | task_job.KEYS | _OF_A_RUN.keys() | COMPUTE_KEYS) - omissions,
        omissions={
            **dict.fromkeys(omissions, "`job_variables` of the target have the last word"),
            **dict.fromkeys((f"run_on.{place}" for place in RUN_ON), "its pool decides"),
        },
    )


def _fact_parameters(
    body: Mapping[str, ast.expr], job: Mapping[str, Any]
) -> dict[str, frozenset[str]]:
    """The parameters that Prefect fills in, where the jobs have them, by capability."""
    is_used = "params" in job and "params" in job["params"].source.split(" | ")
    values = body.get("params") if is_used else None
    pairs = zip(values.keys, values.values, strict=True) if isinstance(values, ast.Dict) else ()
    sources = {value_of(key): source(value) for key, value in pairs if key}
    return {
        f"run_parameters.{fact}": frozenset(n for n, text in sources.items() if text == expression)
        for fact, expression in FACTS.items()
        if expression in sources.values()
    }


def _job_variables(plan: Plan, deployment: Mapping[str, Any]) -> dict[str, Any]:
    """What the container of a run gives all of its tasks; not what the target's options do."""
    variables = deployment["work_pool"].get("job_variables", {})
    settings = {key: variables[name] for key, name in _OF_A_RUN.items() if name in variables}
    has_own = any(task.settings.image for task in plan.tasks)
    if not has_own and settings.get("image") == plan.options.get("image"):
        settings.pop("image", None)
    return settings


def _overridden(plan: Plan) -> frozenset[str]:
    """The settings over which the options of the target have the last word."""
    variables = plan.options.get("job_variables", {})
    return frozenset(key for key, name in _OF_A_RUN.items() if name in variables)


def _common_options(tree: ast.Module) -> dict[str, Any]:
    """What the decorator of the task gives all of them."""
    (task,) = (i for i in tree.body if isinstance(i, ast.FunctionDef) and i.name == "kedro")
    return dict(value_of(task.decorator_list[0]).kwargs)


def _assignments(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """What the function, and a block in it, gives to names; the last counts."""
    blocks = [function.body, *(item.body for item in function.body if isinstance(item, ast.With))]
    statements = [item for block in blocks for item in block if isinstance(item, ast.Assign)]
    return {source(target): item.value for item in statements for target in item.targets}


def _tasks(
    body: Mapping[str, ast.expr], common: Mapping[str, Any], job: Mapping[str, Any]
) -> Iterator[tuple[str, TaskContents]]:
    """The tasks whose end the flow waits for, under the name that it tells then."""
    submissions = {variable: _submission(value) for variable, value in body.items()}
    names = {variable: own["name"] for variable, own in submissions.items() if "name" in own}
    for name, variable in value_of(body["tasks"]).items():
        if names.get(variable.source) == name:
            yield name, _task(submissions[variable.source], common, names, job)


def _submission(item: ast.expr) -> dict[str, Any]:
    """What `kedro.with_options(…).submit(…)` says, in either call."""
    if not (isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute)):
        return {}
    options = item.func.value
    arguments = value_of(options).kwargs if isinstance(options, ast.Call) else ()
    return {**dict(arguments), **dict(value_of(item).kwargs)}


def _task(
    own: Mapping[str, Any],
    common: Mapping[str, Any],
    names: Mapping[str, str],
    job: Mapping[str, Any],
) -> TaskContents:
    # `env` is a task's own: what all have alike in it still stands at each.
    arguments = {} if own.get("clean_store") else {**common, "env": None, **own}
    facts = task_job.task_facts({**arguments, **job}) if arguments else {}
    return TaskContents(
        nodes=task_job.nodes_in(own),
        needs=frozenset(names[before.source] for before in own.get("wait_for", ())),
        settings={**dict(_settings(arguments)), **facts},
    )


def _settings(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if arguments.get("retries"):
        yield "retries", arguments["retries"]
        pauses = arguments.get("retry_delay_seconds")
        if isinstance(pauses, list):
            # A list has two pauses at least, or it would be a number.
            yield "retry_backoff", pauses[1] / pauses[0]
        if pauses is not None:
            yield "retry_delay", pauses[0] if isinstance(pauses, list) else pauses
    for key in ("timeout", "env", "secrets", *_OF_A_RUN):
        if arguments.get(key):
            yield key, arguments[key]


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, Any]]:
    arguments = function.args
    for argument, default in zip(arguments.args, arguments.defaults, strict=True):
        yield argument.arg, value_of(default)


def _flow_description(decorator: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "description" in decorator:
        yield "description", decorator["description"]


def _at_once(
    decorator: Mapping[str, Any], run: Mapping[str, Any], plan: Plan
) -> Iterator[tuple[str, Any]]:
    """How many processes may run at once: by a semaphore, or by the threads when it is one."""
    slots = run["slots"].args[0] if "slots" in run else None
    threads = dict(decorator["task_runner"].kwargs) if "task_runner" in decorator else {}
    limit = slots or threads.get("max_workers")
    if plan.run.parallel_tasks or limit not in (None, AT_ONCE):
        yield "concurrency.tasks", limit


def _of_deployments(
    deployments: Sequence[Any], arguments: Mapping[str, str], plan: Plan
) -> dict[str, Any]:
    """What a deployment says of its runs, and what several of one flow say each for itself."""
    values = [_run(deployment, arguments, plan) for deployment in deployments]
    if not (plan.jobs or any("parameters" in deployment for deployment in deployments)):
        return values[0]
    common = [{k: v for k, v in own.items() if not k.startswith("schedule.")} for own in values]
    jobs = {
        one["name"]: _job(one, own, common[0], arguments)
        for one, own in zip(deployments, values, strict=True)
    }
    return {**common[0], "jobs": jobs}


def _job(
    deployment: Any, own: Mapping[str, Any], common: Mapping[str, Any], arguments: Mapping[str, str]
) -> dict[str, Any]:
    """What one of several deployments has that the first has not, and its parameters."""
    parameters = deployment.get("parameters", {})
    params = {arguments.get(name, name): value for name, value in parameters.items()}
    values = {key: value for key, value in own.items() if common.get(key) != value}
    return {**({"params": params} if params else {}), **values}


def _run(deployment: Any, arguments: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    values: dict[str, Any] = dict(_tags(list(deployment.get("tags", ())), plan))
    if limit := deployment.get("concurrency_limit"):
        values["concurrency.runs"] = limit["limit"]
    for schedule in deployment.get("schedules", ()):
        values["schedule.cron"] = (schedule["cron"], schedule["timezone"])
        if parameters := schedule.get("parameters"):
            values["schedule.parameters"] = {arguments[k]: value for k, value in parameters.items()}
    return values


def _tags(tags: list[str], plan: Plan) -> Iterator[tuple[str, Any]]:
    """The owner's tag comes last, after those of the labels."""
    if plan.run.owner and tags and tags[-1].startswith("owner:"):
        yield "owner", tags.pop().removeprefix("owner:")
    if tags:
        yield "labels", labels_among(tags, plan)
