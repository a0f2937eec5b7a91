"""A file of definitions read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.descriptions import is_summary
from shipway.artifacts.python_literals import Call
from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.settings.values import RUN_ON
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.dagster.jobs import FACTS
from shipway_exporters.dagster.names import op_name, resource_key
from shipway_exporters.dagster.notifications import EMULATED, notices_in
from shipway_exporters.dagster.owners import owner_in
from shipway_exporters.dagster.parsed_file import ParsedFile, ParsedTask, deps_of, keys_of
from shipway_exporters.dagster.pods import CAPABILITIES
from shipway_exporters.dagster.pods_readback import settings_of_pod
from shipway_exporters.dagster.rules import faults
from shipway_exporters.dagster.tags import PIPELINE

POOL = "targets.dagster.pool"
"""A task's pool, which is compared with nothing but that of another artifact."""
_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "description"}
    | {
        "schedule.cron",
        "schedule.parameters",
        "concurrency.runs",
        "concurrency.tasks",
        "owner",
        "labels",
    }
    | {"run_parameters.logical_date", "run_parameters.run_id", *EMULATED}
)


def read_back(plan: Plan, text: str) -> Readback:
    """Return the file of a pipeline, to be read.

    Dagster checks much as it loads a file; what it lets pass is checked here.
    """
    file = ParsedFile(ast.parse(text))
    return Readback(
        findings=tuple(findings(f"{plan.name}.py", faults(file))),
        contents=lambda: contents(plan, file),
    )


def contents(plan: Plan, file: ParsedFile) -> Contents:
    """Return what a file says."""
    name = str(file.arguments("job").get("name", ""))
    start = op_name(name, "")
    names = {task.name: task.name.removeprefix(start) for task in file.tasks.values()}
    owners = {key: names[task.name] for task in file.tasks.values() for key in keys_of(task)}
    return Contents(
        name=name,
        tasks={
            name: _task(task, file, owners, settings_of_pod(plan, name, task, file))
            for task in file.tasks.values()
            for name in [names[task.name]]
        },
        parameters=dict(file.parameters()),
        run={
            **dict(_run(file, plan)),
            **notices_in(file.urls()),
            **task_job.run_facts(file.run),
            **_fact_parameters(file),
        },
        keys=_KEYS | task_job.KEYS | CAPABILITIES.keys(),
        omissions=dict.fromkeys((f"run_on.{p}" for p in RUN_ON), "the executor decides"),
    )


def _task(
    task: ParsedTask,
    file: ParsedFile,
    owners: Mapping[tuple[str, ...], str],
    of_pod: Mapping[str, Any],
) -> TaskContents:
    job = {**file.run, **task.job}
    cleans = task.job.get("clean_store")
    return TaskContents(
        nodes=task_job.nodes_in(task.job),
        needs=frozenset(owners[key] for key in deps_of(task) if key in owners),
        settings={}
        if cleans
        else {**of_pod, **dict(_settings(task, file)), **task_job.task_facts(job)},
    )


def _settings(task: ParsedTask, file: ParsedFile) -> Iterator[tuple[str, Any]]:
    policy = task.decorator.get("retry_policy")
    policy = file.resolved(policy)
    if isinstance(policy, Call):
        arguments = dict(policy.kwargs)
        retries, delay = arguments.get("max_retries"), arguments.get("delay")
        growth = task.job.get("growth", file.growth)
        yield "retries", retries
        if delay:
            yield "retry_delay", delay
        if delay and growth != 1 and isinstance(retries, int) and retries > 1:
            yield "retry_backoff", growth
    if timeout := {**file.run, **task.job}.get("timeout"):
        yield "timeout", timeout
    if env := task.job.get("env"):
        yield "env", env
    if pool := task.decorator.get("pool"):
        yield POOL, pool


def _run(file: ParsedFile, plan: Plan) -> Iterator[tuple[str, Any]]:
    job = file.arguments("job")
    if not is_summary(text := str(job.get("description", ""))):
        yield "description", text
    options = plan.options.get("tags", {})
    tags = job.get("tags", {})
    labels = {k: v for k, v in tags.items() if k != PIPELINE and (k, v) not in options.items()}
    if labels:
        yield "labels", labels
    if owners := {owner for task in file.tasks.values() for owner in _owners(task, plan)}:
        yield "owner", ", ".join(sorted(owners))
    if "RUNS" in file.constants:
        yield "concurrency.runs", file.constants["RUNS"]
    if at_once := file.executor_config.get("max_concurrent"):
        yield "concurrency.tasks", at_once
    if "schedules" in file.arguments("defs"):
        yield from _schedule(file)


def _owners(task: ParsedTask, plan: Plan) -> Iterator[str]:
    """Yield the owners of what a task writes; that which empties the store has none."""
    for spec in task.specs if task.job.get("nodes") else ():
        owners = dict(spec.kwargs).get("owners", [""])
        yield from (owner_in(str(owner), plan.run.owner) for owner in owners if owner)


def _schedule(file: ParsedFile) -> Iterator[tuple[str, Any]]:
    schedule = file.arguments("schedule")
    yield "schedule.cron", (schedule.get("cron_schedule"), schedule.get("execution_timezone"))
    key = resource_key(str(schedule.get("job_name", "")))
    resources = schedule.get("run_config", {}).get("resources", {})
    if config := resources.get(key, {}).get("config"):
        names = file.constants.get("NAMES", {})
        yield "schedule.parameters", {names.get(n, n): value for n, value in config.items()}


def _fact_parameters(file: ParsedFile) -> dict[str, frozenset[str]]:
    """The parameters that Dagster fills in, by capability."""
    return {
        f"run_parameters.{fact}": names
        for fact, expression in FACTS.items()
        if (names := frozenset(n for n, text in file.facts.items() if text == expression))
    }
