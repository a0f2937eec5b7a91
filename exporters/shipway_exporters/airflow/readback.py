"""A DAG file read back, from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from shipway.artifacts.descriptions import summary
from shipway.artifacts.python_expressions import constants_of, source, value_of
from shipway.artifacts.python_literals import Call
from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import RUN_FACTS
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.airflow.assets import dataset_of
from shipway_exporters.airflow.notifications import CAPABILITIES as NOTICES
from shipway_exporters.airflow.notifications import notices_in
from shipway_exporters.airflow.passed_arguments import (
    dag_arguments_of,
    differing,
    task_arguments_of,
)
from shipway_exporters.airflow.run_facts import facts_in
from shipway_exporters.airflow.runs.registry import runs_of
from shipway_exporters.airflow.runs.run import Run
from shipway_exporters.containers.container_readback import without_options
from shipway_exporters.containers.place import in_containers
from shipway_exporters.python_files.durations import seconds_of
from shipway_exporters.values.days import first_day
from shipway_exporters.values.tags import labels_among

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "owner", "labels"}
    | {"schedule.cron", "schedule.datasets", "schedule.start", "schedule.catchup"}
    | {"concurrency.runs", "concurrency.tasks", "description", *NOTICES}
    | {
        "announced",
        "arguments",
        "memory.store",
        "run_with",
        *(f"run_parameters.{fact}" for fact in RUN_FACTS),
    }
)
_BARE_START = datetime(2024, 1, 1, tzinfo=timezone.utc)
"""What a DAG of Airflow 2 has where the settings say nothing."""


def read_back(plan: Plan, text: str) -> Readback:
    """Return a DAG file, to be read."""
    return Readback(contents=lambda: _contents(plan, ast.parse(text)))


def _contents(plan: Plan, tree: ast.Module) -> Contents:
    # One `with DAG(…)` a file, as the template has it.
    (block,) = (item for item in tree.body if isinstance(item, ast.With))
    dag = value_of(block.items[0].context_expr)
    dag_arguments = dict(dag.kwargs)
    runs, constants = [run for run, _ in runs_of(plan).values()], constants_of(tree)
    tasks = dict(_tasks(plan, block.body, dag_arguments.get("default_args", {}), runs, constants))
    names = {variable: name for variable, (name, _) in tasks.items()}
    needs = _needs(block.body, names)
    return Contents(
        name=dag_arguments["dag_id"],
        tasks={
            name: replace(task, needs=frozenset(needs.get(name, ())))
            for name, task in tasks.values()
        },
        parameters={name: param.args[0] for name, param in dag_arguments.get("params", {}).items()},
        run={
            **_run(dag_arguments, plan),
            **notices_in(dag_arguments),
            **dict(_passed_on(plan, dag_arguments)),
            **_in_common([_run_facts(plan, tree, run, constants) for run in runs]),
        },
        keys=_KEYS.union(*(run.keys for run in runs)),
    )


def _tasks(
    plan: Plan,
    body: list[ast.stmt],
    default_args: Mapping[str, Any],
    runs: Sequence[Run],
    constants: Mapping[str, Any],
) -> Iterator[tuple[str, tuple[str, TaskContents]]]:
    """Yield each task by its variable: its name, and all but its edges."""
    for statement in body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
            continue
        call = value_of(statement.value)
        for run in runs:
            if call.function != run.operator:
                continue
            # As Airflow merges them: a task's own arguments go before those of the DAG.
            arguments = {**default_args, **dict(call.kwargs)}
            task = _task(plan, arguments, run, constants)
            yield source(statement.targets[0]), (arguments["task_id"], task)


def _task(
    plan: Plan, arguments: Mapping[str, Any], run: Run, constants: Mapping[str, Any]
) -> TaskContents:
    of_plan = plan.task_by_name.get(arguments["task_id"])
    if of_plan is None:
        return TaskContents(
            nodes=task_job.nodes_in(run.job(arguments, constants)), needs=frozenset()
        )
    facts = run.facts(plan, of_plan, arguments, constants)
    return TaskContents(
        nodes=task_job.nodes_in(run.job(arguments, constants)),
        needs=frozenset(),
        settings={
            **dict(_settings(arguments)),
            **without_options(in_containers(plan), of_plan.name, facts),
            **dict(_announcements(arguments.get("outlets", ()), plan)),
            **dict(_place(plan, of_plan, run)),
            **dict(_passed(plan, of_plan, run, arguments)),
        },
    )


def _passed_on(plan: Plan, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a file has otherwise of the DAG's further arguments."""
    if differences := differing(plan, "DAG", dag_arguments_of(plan), arguments):
        yield "arguments", differences


def _passed(
    plan: Plan, task: Task, run: Run, arguments: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the same of a task's."""
    planned = task_arguments_of(plan, task, run.operator)
    if differences := differing(plan, run.operator, planned, arguments):
        yield "arguments", differences


def _announcements(outlets: Sequence[Call], plan: Plan) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the datasets by which a task starts other pipelines."""
    if outlets:
        yield "announced", frozenset(dataset_of(asset, plan) for asset in outlets)


def _run_facts(
    plan: Plan, tree: ast.Module, run: Run, constants: Mapping[str, Any]
) -> dict[str, Any]:
    # An operator of our own fills parameters in its code.
    in_code = facts_in(tree) if run.template else {}
    return {**in_code, **run.run_facts(plan, constants)}


def _in_common(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the constants of all ways of running say of the run; where they differ, all of it."""
    keys = dict.fromkeys(key for facts in several for key in facts)
    values = {key: [facts.get(key) for facts in several] for key in keys}
    return {k: of[0] if all(one == of[0] for one in of) else of for k, of in values.items()}


def _place(plan: Plan, task: Task, run: Run) -> Iterator[tuple[str, str]]:
    """Yield where a task runs, unless the options of the target lend it that."""
    if task.settings.run_on or run.place != plan.options.get("run_on", "local"):
        yield f"run_on.{run.place}", run.place


def _settings(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    retries = arguments.get("retries") or 0
    if retries:
        yield "retries", retries
        if "retry_delay" in arguments:
            yield "retry_delay", seconds_of(arguments["retry_delay"])
    backoff = arguments.get("retry_exponential_backoff")
    if backoff and retries > 1 and "retry_delay" in arguments:
        # `True` doubles, in releases that know no factor.
        yield "retry_backoff", 2.0 if backoff is True else backoff
    if arguments.get("execution_timeout"):
        yield "timeout", seconds_of(arguments["execution_timeout"])


def _needs(body: list[ast.stmt], names: Mapping[str, str]) -> dict[str, set[str]]:
    """The edges, `before >> after`, by what comes after."""
    needs: dict[str, set[str]] = {}
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp):
            edge = statement.value
            before = edge.left.elts if isinstance(edge.left, ast.List) else [edge.left]
            needs.setdefault(names[source(edge.right)], set()).update(
                names[source(item)] for item in before
            )
    return needs


def _run(dag_arguments: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    schedule = dag_arguments.get("schedule")
    values = {
        "schedule.catchup": dag_arguments.get("catchup"),
        "concurrency.runs": dag_arguments.get("max_active_runs"),
        "concurrency.tasks": dag_arguments.get("max_active_tasks"),
        "owner": dag_arguments.get("default_args", {}).get("owner"),
        "labels": labels_among(dag_arguments.get("tags", ()), plan),
        "description": _description(dag_arguments["doc_md"], plan),
        "schedule.start": _start(dag_arguments.get("start_date"), plan),
    }
    if isinstance(schedule, Call):
        values["schedule.cron"] = (schedule.args[0], dict(schedule.kwargs)["timezone"])
    elif schedule:
        values["schedule.datasets"] = frozenset(dataset_of(asset, plan) for asset in schedule)
    return {key: value for key, value in values.items() if value}


def _description(text: str, plan: Plan) -> str | None:
    """A DAG without a description has a summary in its place."""
    description = text.removesuffix("\n") if text.endswith(".md\n") else text
    return description if plan.run.description or description != summary(plan) else None


def _start(call: Call | None, plan: Plan) -> str | None:
    if call is None:
        return None
    # Hours and minutes are left out where they are 0.
    year, month, day, hour, minute = (*call.args, 0, 0)[:5]
    moment = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
    is_bare = moment == _BARE_START and not (plan.run.schedule and plan.run.schedule.start)
    return None if is_bare else first_day(moment, plan)
