"""What kfp makes of many specs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shipway.planner.plan import Plan
from shipway.seen import Seen, SeenTask, defaults

from .env import kubeflow_env
from .exported import nodes_of
from .parse import LoadedPipeline, LoadedTask, parse_all

KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "description"}
)


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Seen]:
    """Put all through the five parses."""
    texts = [(folder / f"{plan.name}.yaml").read_text(encoding="utf-8") for plan, folder in cases]
    parsed = parse_all(kubeflow_env(scratch), texts)
    return [_seen(one.ok(), plan) for one, (plan, _) in zip(parsed, cases, strict=True)]


def _seen(pipeline: LoadedPipeline, plan: Plan) -> Seen:
    described = {"description": pipeline.description} if pipeline.description else {}
    return Seen(
        name=pipeline.name,
        tasks={name: _task(task) for name, task in pipeline.tasks.items()},
        parameters={
            name: _typed(defaults(plan).get(name), value) for name, value in _parameters(pipeline)
        },
        run=described,
        keys=KEYS,
    )


def _typed(wanted: Any, value: Any) -> Any:
    """A protobuf has doubles alone: where the plan has `0.0`, a `0` stands for it."""
    if isinstance(wanted, list) and isinstance(value, list) and len(wanted) == len(value):
        return [_typed(one, other) for one, other in zip(wanted, value, strict=True)]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if isinstance(wanted, float) and is_whole else value


def _task(task: LoadedTask) -> SeenTask:
    nodes = {_expanded(name): _expanded(signed) for name, signed in nodes_of(task).items()}
    return SeenTask(nodes=nodes, needs=task.after, settings=dict(_settings(task)))


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
    for declared in pipeline.inputs.values():
        name, _, is_json = declared.description.removeprefix("params:").partition(", as JSON")
        is_text = declared.type == "STRING" and declared.description.endswith(", as JSON")
        assert not is_json
        yield name, json.loads(declared.default) if is_text else declared.default
