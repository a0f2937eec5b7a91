"""What kfp makes of many specs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings, Volume

from . import observe_pods
from .env import kubeflow_env
from .exported import nodes_of
from .parse import LoadedPipeline, LoadedTask, parse_all

KEYS = frozenset(
    {"parameters", "image", "retries", "retry_delay", "retry_backoff", "timeout", "env"}
    | observe_pods.KEYS
    | {
        "command_prefix",
        "description",
        "owner",
        "labels",
        "pipeline",
        "digest",
        "from_run",
        "before_run",
        "stored",
        "runner",
    }
)
OF_A_RECURRING_RUN = "schedule.cron schedule.start schedule.catchup concurrency.runs"
VOLUME = {"claim": "shared", "mount": "/app/data"}
SHARED = Volume(kind="claim", source="shared", mount="/app/data")
OPTIONS: tuple[dict[str, Any], ...] = (
    {
        "image": "shop:1",
        "volumes": [VOLUME],
        "timezone": "Europe/Paris",
        "argo": "4.1",
        "max_workflow_size": "64Mi",
    },
)
UNSEEN = {
    "run_on.kubernetes": "every task is a pod, which none says",
    **{
        f"run_parameters.{fact}": "filled as a pipeline runs: test_runs.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.store": "no setting of a spec: its tasks, edges and `stored` are compared",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    **dict.fromkeys(
        OF_A_RECURRING_RUN.split(),
        "a file for the server, which kfp does not read: tests/unit/exporters/test_kubeflow.py",
    ),
}


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Put all through the five parses."""
    texts = [(folder / f"{plan.name}.yaml").read_text(encoding="utf-8") for plan, folder in cases]
    document = parse_all(kubeflow_env(scratch), texts)
    return [_view(one.ok(), plan) for one, (plan, _) in zip(document, cases, strict=True)]


def _view(pipeline: LoadedPipeline, plan: Plan) -> Contents:
    described = {"description": pipeline.description} if pipeline.description else {}
    return Contents(
        name=pipeline.name,
        tasks={name: _task(task, plan, name) for name, task in pipeline.tasks.items()},
        parameters=dict(_parameters(pipeline)),
        run={**described, **_metadata(pipeline, plan)},
        keys=KEYS,
    )


def _task(task: LoadedTask, plan: Plan, name: str) -> TaskContents:
    nodes = {_expanded(node): _expanded(signature) for node, signature in nodes_of(task).items()}
    if name == plan.cleanup:
        return TaskContents(nodes=nodes, needs=task.after, settings={})
    own = plan.task_by_name[name].settings
    values = {**dict(_settings(task)), **dict(_compute(task, own))}
    settings = {key: value for key, value in values.items() if value}
    if settings.get("image") == plan.options["image"]:
        settings.pop("image")
    if not own.volumes:
        assert settings.pop("volumes.claim") == {SHARED.mount: SHARED}
    return TaskContents(nodes=nodes, needs=task.after, settings=settings)


def _compute(task: LoadedTask, own: TaskSettings) -> Iterator[tuple[str, Any]]:
    """What the container and its pod get, and what its process is told."""
    assert task.container
    yield "image", task.container.image
    yield from observe_pods.of_resources(task, own)
    if task.kubernetes:
        yield from observe_pods.of_pod(task.kubernetes, own)
    command = list(task.container.command)
    start = command.index("-m") - 1
    yield "command_prefix", tuple(map(_expanded, command[:start]))
    yield from _words([str(w) for w in (*command[start:], *task.container.args)])


def _words(words: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """What its process is told."""
    split = [word.removeprefix("--").partition("=") for word in words]
    options = {option: _expanded(value) for option, _, value in split}
    for option in ("pipeline", "digest", "runner"):
        if option in options:
            yield option, options[option]
    for option in ("from-run", "before-run", "stored"):
        if option in options:
            yield option.replace("-", "_"), json.loads(options[option])


def _metadata(pipeline: LoadedPipeline, plan: Plan) -> dict[str, Any]:
    """All pods have the same."""
    pods = [
        observe_pods.of_run(pipeline.tasks[task.name].kubernetes, task.settings)
        for task in plan.tasks
    ]
    assert all(pod == pods[0] for pod in pods)
    return pods[0]


def _expanded(text: str) -> str:
    """What Kubernetes makes of two dollars."""
    return text.replace("$$", "$")


def _settings(task: LoadedTask) -> Iterator[tuple[str, Any]]:
    if task.retry:
        yield "retries", task.retry.count
        if task.retry.delay:
            yield "retry_delay", task.retry.delay
        if task.retry.delay and task.retry.count > 1 and task.retry.factor != 1:
            yield "retry_backoff", task.retry.factor
    if task.kubernetes and task.kubernetes.deadline:
        yield "timeout", task.kubernetes.deadline
    if task.container and task.container.env:
        yield "env", {name: _expanded(value) for name, value in task.container.env.items()}


def _parameters(pipeline: LoadedPipeline) -> Iterator[tuple[str, Any]]:
    """What a task gets: a protobuf has doubles alone, and `2.0` comes out of it as `2`."""
    for declaration in pipeline.inputs.values():
        name, is_json, more = declaration.description.removeprefix("params:").partition(", as JSON")
        assert not more
        if declaration.type == "STRING" and is_json:
            yield name, json.loads(declaration.default)
        else:
            is_float = declaration.type == "NUMBER_DOUBLE"
            yield name, float(declaration.default) if is_float else declaration.default
