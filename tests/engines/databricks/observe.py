"""What the models of `databricks-bundles` make of many jobs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.settings.run_settings import NOTICES
from tests.targets import CLUSTER, VOLUME

from .run_job import load

TABLES = {name: f"main.shop.{name}" for name in ("a", "b", "c")}
OPTIONS: tuple[dict[str, Any], ...] = (
    {"compute": {"default": {"cluster": CLUSTER}}, "project_dir": VOLUME},
)
KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "timeout", "env", "secrets", "description", "owner"}
    | {"labels", "schedule.cron", "concurrency.runs", "pipeline", "digest", "from_run"}
    | {"before_run", "stored", "runner"}
)
UNSEEN = {
    **dict.fromkeys(
        NOTICES, "no random case tells anybody: tests/unit/exporters/test_databricks.py"
    ),
    "schedule.datasets": "needs a table for each dataset: tests/unit/exporters/test_databricks.py",
    **{
        f"run_parameters.{fact}": "filled as a job runs: test_runs.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.store": "no field of a job: its tasks, edges and `stored` are compared",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
}
_VALUE = re.compile(r"--(text|json|yaml)=(.*)=\{\{job\.parameters\.`?([^`}]*)`?\}\}", re.DOTALL)


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Put all through the models."""
    return [_contents(plan, load(next(folder.rglob("*.job.yml")))) for plan, folder in cases]


def _contents(plan: Plan, job: Mapping[str, Any]) -> Contents:
    return Contents(
        name=job["name"],
        tasks={task["task_key"]: _task(job, task, plan) for task in job["tasks"]},
        parameters=dict(_parameters(job)),
        run=dict(_run(job, plan)),
        keys=KEYS,
    )


def _run(job: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    tags = dict(job.get("tags", {}))
    if plan.run.owner:
        yield "owner", tags.pop("owner")
    if tags:
        yield "labels", tags
    if "description" in job:
        yield "description", job["description"]
    if "max_concurrent_runs" in job:
        assert job["queue"] == {"enabled": True}
        yield "concurrency.runs", job["max_concurrent_runs"]
    if "schedule" in job and plan.run.schedule:
        # That both come to the same moments is shown in tests/unit/exporters/test_quartz.py.
        assert job["schedule"]["quartz_cron_expression"].startswith("0 ")
        yield "schedule.cron", (plan.run.schedule.cron, job["schedule"]["timezone_id"])


def _task(job: Mapping[str, Any], task: Mapping[str, Any], plan: Plan) -> TaskContents:
    words = task["python_wheel_task"]["parameters"]
    options = {
        name: value
        for name, _, value in (word.removeprefix("--").partition("=") for word in words)
        if name not in ("text", "json", "yaml")
    }
    needs = frozenset(item["task_key"] for item in task.get("depends_on", ()))
    nodes = json.loads(options.get("nodes", "{}"))
    is_of_plan = task["task_key"] in plan.task_by_name
    settings = dict(_settings(job, task, options)) if is_of_plan else {}
    return TaskContents(nodes=nodes, needs=needs, settings=settings)


def _settings(
    job: Mapping[str, Any], task: Mapping[str, Any], options: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    if task.get("max_retries"):
        yield "retries", task["max_retries"]
        if pause := task.get("min_retry_interval_millis"):
            yield "retry_delay", pause / 1000
    if "timeout_seconds" in task:
        yield "timeout", task["timeout_seconds"]
    for option in ("pipeline", "digest", "runner"):
        if option in options:
            yield option, options[option]
    for option in ("from-run", "before-run", "stored"):
        if option in options:
            yield option.replace("-", "_"), json.loads(options[option])
    yield from _environment(job, task)


def _environment(
    job: Mapping[str, Any], task: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    clusters = {one["job_cluster_key"]: one["new_cluster"] for one in job["job_clusters"]}
    variables = clusters[task["job_cluster_key"]].get("spark_env_vars", {})
    secrets = {
        name: tuple(text[len("{{secrets/") : -2].split("/"))
        for name, text in variables.items()
        if text.startswith("{{secrets/")
    }
    if secrets:
        yield "secrets", secrets
    if env := {name: text for name, text in variables.items() if name not in secrets}:
        yield "env", env


def _parameters(job: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    defaults = {item["name"]: item["default"] for item in job.get("parameters", ())}
    for task in job["tasks"]:
        for word in task["python_wheel_task"]["parameters"]:
            if match := _VALUE.fullmatch(word):
                kind, name, parameter = match.groups()
                text = defaults[parameter]
                yield name, json.loads(text) if kind == "json" else text or _empty(kind)


def _empty(kind: str) -> str | None:
    return None if kind == "yaml" else ""
