"""Random pipelines for Vertex AI: kfp and Google Cloud's messages hold what the plan says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from shipway.artifacts.readback import Contents, TaskContents, differences
from shipway.compiler import Compiled
from shipway.planner.plan import Plan
from shipway.settings.quantities import Quantity
from shipway.targets import support
from shipway.targets.exporter import capabilities_of
from shipway.targets.registry import find
from tests.proof.random_cases import drawn
from tests.proof.test_random_loads import compilation
from tests.targets import IMAGE
from tests.targets import VERTEX as PLACE

from . import observe
from .env import KubeflowEnv
from .exported import nodes_of
from .parse import LoadedPipeline, LoadedTask, parse_all

pytestmark = pytest.mark.engine

LEAST = int(os.environ.get("SHIPWAY_SOAK_LOADS", "200"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
OPTIONS = {"image": IMAGE, **PLACE}
KEYS = frozenset(
    {"parameters", "image", "retries", "retry_delay", "retry_backoff", "timeout", "env"}
    | {"resources.cpu", "resources.memory", "resources.gpu", "resources.gpu_type"}
    | {"command_prefix", "description", "pipeline", "digest", "from_run", "before_run", "stored"}
    | {"runner"}
)
OF_A_SCHEDULE = frozenset(
    {"schedule.cron", "schedule.start", "concurrency.runs", "labels", "owner"}
)
UNSEEN = {
    **{
        f"run_parameters.{fact}": "filled as a pipeline runs: test_runs.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.store": "no setting of a spec: its tasks, edges and `stored` are compared",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
}


def for_vertex(values: Any) -> Any:
    """Settings with what Vertex AI takes in the place of what it refuses, at any depth."""
    if not isinstance(values, Mapping):
        return values
    others: Mapping[str, Callable[[Any], Any]] = {
        "gpu_type": lambda _: "NVIDIA_L4",
        "owner": lambda owner: owner.replace(" ", "-"),
        "labels": lambda labels: {k: v for k, v in labels.items() if k != "owner"},
        "retry_delay": lambda _: "30s",
        # So that no pause comes to more than an hour.
        "retries": lambda number: min(number, 4),
        "retry_backoff": lambda factor: min(factor, 4),
        "env": lambda env: {k: v for k, v in env.items() if "$" not in v and "{{" not in v},
        "command_prefix": lambda words: [w for w in words if "$" not in w and "{{" not in w],
        "volumes": lambda _: [],
    }
    result = {
        key: others[key](value) if key in others and value else for_vertex(value)
        for key, value in values.items()
    }
    if "gpu" in result:
        result["gpu_type"] = "NVIDIA_L4"
    return result


def acceptance() -> Iterator[Compiled]:
    for case in islice(drawn("tests.proof.random_cases:cases", 3 * LEAST, SEED), 12 * LEAST):
        other = replace(case, settings=for_vertex(case.settings))
        if result := compilation("kubeflow", other, OPTIONS):
            yield result


def view(pipeline: LoadedPipeline, schedule: Any, plan: Plan) -> Contents:
    described = {"description": pipeline.description} if pipeline.description else {}
    return Contents(
        name=pipeline.name,
        tasks={name: _task(task, plan, name) for name, task in pipeline.tasks.items()},
        parameters=dict(observe._parameters(pipeline)),
        run={**described, **dict(_of_schedule(schedule))},
        keys=KEYS | OF_A_SCHEDULE if schedule else KEYS,
    )


def _of_schedule(schedule: Any) -> Iterator[tuple[str, Any]]:
    if not schedule:
        return
    zone, cron = schedule["cron"].split(" ", 1)
    yield "schedule.cron", (cron, zone.removeprefix("TZ="))
    if "startTime" in schedule:
        moment = datetime.fromisoformat(schedule["startTime"].replace("Z", "+00:00"))
        local = moment.astimezone(ZoneInfo(zone.removeprefix("TZ=")))
        assert local.time() == time()
        yield "schedule.start", local.date().isoformat()
    if runs := int(schedule.get("maxConcurrentActiveRunCount", 0)):
        yield "concurrency.runs", runs
    labels = dict(schedule["createPipelineJobRequest"]["pipelineJob"].get("labels", {}))
    if owner := labels.pop("owner", None):
        yield "owner", owner
    if labels:
        yield "labels", labels


def _task(task: LoadedTask, plan: Plan, name: str) -> TaskContents:
    assert task.container
    assert not task.kubernetes
    nodes = nodes_of(task)
    if name == plan.cleanup:
        return TaskContents(nodes=nodes, needs=task.after, settings={})
    command, args = map(str, task.container.command), list(map(str, task.container.args))
    words = [*command]
    start = words.index("-m") - 1
    values = {
        **dict(observe._settings(task)),
        **dict(observe._words([*words[start:], *args])),
        **dict(_machine(task, plan, name)),
        "command_prefix": tuple(words[:start]),
        "image": None if task.container.image == IMAGE else task.container.image,
    }
    for word in args:
        if word.startswith("--timeout="):
            values["timeout"] = float(word.partition("=")[2])
    return TaskContents(
        nodes=nodes,
        needs=task.after,
        settings={key: value for key, value in values.items() if value},
    )


def _machine(task: LoadedTask, plan: Plan, name: str) -> Iterator[tuple[str, Any]]:
    """What a container gets; an amount that is the same is written as in the settings."""
    assert task.container
    resources, own = task.container.resources, plan.task_by_name[name].settings
    for key, scale, quantity in (("cpu", 1, own.cpu), ("memory", 10**9, own.memory)):
        if amount := resources.get(f"{key}Limit"):
            exact = Decimal(repr(amount)) * scale
            is_same = quantity is not None and abs(quantity.amount - exact) < Decimal("0.0005")
            yield f"resources.{key}", quantity.text if quantity and is_same else exact
            text = str(resources[f"resource{key.title()}Limit"]).replace("K", "k")
            assert abs(Quantity(text).amount - exact) < 1
    if device := resources.get("accelerator"):
        assert (device["type"], device["count"]) == (
            device["resourceType"],
            device["resourceCount"],
        )
        yield "resources.gpu", int(device["count"])
        yield "resources.gpu_type", device["type"]


def _schedules(outputs: Sequence[Compiled]) -> list[Any]:
    texts = [
        next((file.text for file in one.files if file.path.endswith(".schedule.yaml")), "")
        for one in outputs
    ]
    return [yaml.safe_load(text) if text else None for text in texts]


def test_both_hold_what_the_plan_says(kubeflow: KubeflowEnv, vertex: KubeflowEnv) -> None:
    outputs = list(islice(acceptance(), LEAST))
    assert len(outputs) == LEAST
    schedules = _schedules(outputs)
    texts = [
        next(f.text for f in one.files if not f.path.endswith(".schedule.yaml")) for one in outputs
    ]
    parsed = [one.ok() for one in parse_all(kubeflow, texts)]
    answer, _ = vertex.call("vertex_calls", {"schedules": [one for one in schedules if one]})
    assert not any(answer["errors"])
    views = [
        view(pipeline, schedule, output.plan)
        for pipeline, schedule, output in zip(parsed, schedules, outputs, strict=True)
    ]
    for output, one in zip(outputs, views, strict=True):
        lost = {setting.capability for setting in output.losses}
        result = list(differences(output.plan, one, lost))
        assert not result, f"{output.plan.options}: {result}"
    assert list(differences(outputs[0].plan, views[1])), "the control: another artifact differs"
    _check_all_is_set(outputs)


def _check_all_is_set(outputs: Sequence[Compiled]) -> None:
    """Each setting that Vertex AI can express was set in some case, and looked at."""
    table = capabilities_of(find("kubeflow"), OPTIONS)
    goal = {name for name, how in table.items() if how.level != "unsupported"} - UNSEEN.keys()
    assert goal <= KEYS | OF_A_SCHEDULE, sorted(goal - KEYS - OF_A_SCHEDULE)
    sample = {item.capability for one in outputs for item in support.requirements(one.plan)}
    assert goal <= sample | {"parameters"}, sorted(goal - sample)
