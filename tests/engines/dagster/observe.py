"""What Dagster makes of many files of definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.descriptions import is_summary
from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.settings.values import RUN_ON
from shipway.targets.capabilities import CAPABILITIES
from shipway.tasks import task_job

from .env import dagster_env
from .observe_pods import settings_of_step

KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "description"}
    | {
        "schedule.cron",
        "schedule.parameters",
        "concurrency.runs",
        "concurrency.tasks",
        "owner",
        "labels",
    }
    | {"memory.store", "image", "secrets", "service_account", *task_job.KEYS}
    | {"resources.cpu", "resources.memory", "resources.ephemeral_storage", "resources.gpu"}
    | {"resources.limits.cpu", "resources.limits.memory", "resources.limits.ephemeral_storage"}
    | {"resources.gpu_type", "env_from.secret", "env_from.config_map"}
    | {"volumes.claim", "volumes.config_map", "volumes.secret", "volumes.empty_dir"}
    | {"kubernetes.namespace", "kubernetes.node_selector", "kubernetes.tolerations"}
    | {"kubernetes.labels", "kubernetes.annotations", "kubernetes.image_pull_policy"}
    | {"kubernetes.image_pull_secrets", "kubernetes.priority_class"}
)
VOLUME = {"claim": "shared", "mount": "/app/data"}
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"run_on": "kubernetes", "image": "shop:1", "volumes": [VOLUME]},
    {"task": {"pool": "heavy"}},
    {"run_on": "kubernetes", "volumes": [VOLUME], "keep_jobs": "2h", "project_dir": "/app"},
)
UNSEEN = {
    **{
        name: "a sensor is code, which nothing stores: test_sensors.py"
        for name in CAPABILITIES
        if name.startswith("notify.")
    },
    **{
        f"run_parameters.{fact}": "filled as a run starts: test_runs.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    "local_files": "a property of where tasks run",
    **{f"run_on.{place}": "the executor decides" for place in RUN_ON},
}
SCRIPT = Path(__file__).with_name("describe.py")


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Load all files in one process of Dagster's."""
    env = dagster_env(scratch)
    paths = [str(folder / f"{plan.name}.py") for plan, folder in cases]
    timeout = 600 + len(paths)
    outcome = env.run(env.home(), [SCRIPT], text=json.dumps(paths), timeout=timeout)
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    views = json.loads(outcome.stdout)
    return [_view(one, plan) for one, (plan, _) in zip(views, cases, strict=True)]


def _view(view: dict[str, Any], plan: Plan) -> Contents:
    start = f"{view['name']}__"
    assert view["selected"] == sorted(task["op"] for task in view["tasks"])
    names, parameters = view["names"], view["parameters"]
    return Contents(
        name=view["name"],
        tasks={
            name: _task(task, view, start, _of_pod(name, task, view, plan))
            for task in view["tasks"]
            for name in [task["op"].removeprefix(start)]
        },
        parameters={names[name]: value for name, value in parameters.items()},
        run=dict(_run(view, plan)),
        keys=KEYS,
    )


def _of_pod(name: str, task: dict[str, Any], view: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """What the pod of a task says; nothing for a process beside the code location."""
    assert task["pool"] == plan.options.get("task", {}).get("pool") or name == plan.cleanup
    if plan.options.get("run_on") != "kubernetes":
        assert not view["pods"]
        return {}
    return settings_of_step(plan, plan.task_by_name.get(name), view["pods"][task["op"]])


def _task(
    task: dict[str, Any], view: dict[str, Any], start: str, of_pod: dict[str, Any]
) -> TaskContents:
    job = {**view["run"], **task["job"]}
    settings = {} if job.get("clean_store") else {**of_pod, **dict(_settings(task, job))}
    return TaskContents(
        nodes=task_job.nodes_in(job),
        needs=frozenset(name.removeprefix(start) for name in task["needs"]),
        settings={key: value for key, value in settings.items() if value},
    )


def _settings(task: dict[str, Any], job: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "retries", task["retries"]
    yield "retry_delay", task["delay"]
    growth = job.get("growth", 1)
    if task["delay"] and (task["retries"] or 0) > 1 and growth != 1:
        yield "retry_backoff", growth
    yield "timeout", job.get("timeout")
    if job.get("env"):
        yield "env", job["env"]
    yield from task_job.task_facts(job).items()


def _run(view: dict[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    yield from task_job.run_facts(view["run"]).items()
    if not is_summary(view["description"]):
        yield "description", view["description"]
    tags = {k: v for k, v in view["tags"].items() if k != "kedro/pipeline"}
    if tags:
        yield "labels", tags
    if owners := {owner for task in view["tasks"] for owner in task["owners"]}:
        (owner,) = owners
        yield "owner", owner.removeprefix("team:")
    if view["runs"]:
        yield "concurrency.runs", view["runs"]
    if view["at_once"] or plan.run.parallel_tasks:
        yield "concurrency.tasks", view["at_once"]
    for schedule in view["schedules"]:
        assert (schedule["job"], schedule["status"]) == (view["name"], "RUNNING")
        assert schedule["room"] == view["runs"] or (view["runs"] or 0) > 5
        yield "schedule.cron", (schedule["cron"], schedule["zone"])
        for resource in schedule["config"].get("resources", {}).values():
            values = resource["config"].items()
            yield "schedule.parameters", {view["names"][name]: value for name, value in values}
