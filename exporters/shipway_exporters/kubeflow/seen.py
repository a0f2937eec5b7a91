"""A pipeline spec read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shipway.job import TOLD
from shipway.planner.plan import Plan
from shipway.seen import Seen, SeenTask, first_day

_KEYS = frozenset(
    {"parameters", "image", "retries", "retry_delay", "retry_backoff", "timeout", "env", "secrets"}
    | {"volumes", "resources.cpu", "resources.memory", "resources.gpu", "resources.gpu_type"}
    | {"description", "owner", "labels", "schedule.cron", "schedule.start", "schedule.catchup"}
    | {"inputs"}
)
_TOLD = {name: f"--{name.replace('_', '-')}=" for name in sorted(TOLD)}
_TOLD_TO_ALL = {"store": "--store=", "load_versions": "--load-versions=", "constants": "--params="}
_TOLD_TO_ALL |= {"kedro_env": "--env=", "conf_source": "--conf-source="}
_OF_JSON = ("from_run", "before_run", "stored", "load_versions", "constants", "defaults")
_GPU = "nvidia.com/gpu"
_INPUT = re.compile(
    r"--(?P<kind>text|json|float|yaml)=(?P<parameter>.*)=\{\{\$\.inputs\.parameters\['(?P<input>\w+)'\]\}\}",
    re.DOTALL,
)


def seen_in(plan: Plan, documents: Sequence[Any], recurring: Any) -> Seen:
    """Return what a spec, with its platform document, and a recurring run say."""
    return _Spec(plan, documents[0], documents[1] if len(documents) > 1 else {}).seen(recurring)


@dataclass(frozen=True)
class _Spec:
    plan: Plan
    spec: Mapping[str, Any]
    platform: Mapping[str, Any]

    def seen(self, recurring: Any) -> Seen:
        info = self.spec["pipelineInfo"]
        run = {"description": info["description"]} if "description" in info else {}
        run |= {**dict(self._metadata()), **dict(_recurring(recurring, self.plan)), **self._told()}
        keys = _KEYS | _TOLD.keys() | _TOLD_TO_ALL.keys()
        return Seen(
            name=info["name"],
            tasks={name: self._task(name, task) for name, task in self._tasks().items()},
            parameters=dict(self._parameters()),
            run=run,
            keys=keys | {"concurrency.runs"} if recurring else keys,
        )

    def _tasks(self) -> dict[str, Any]:
        """The tasks of the pipeline, which stand one level down when one runs on exit."""
        tasks: dict[str, Any] = self.spec["root"]["dag"]["tasks"]
        for task in tasks.values():
            component = self.spec["components"][task["componentRef"]["name"]]
            if "dag" in component:
                inner: dict[str, Any] = component["dag"]["tasks"]
                return inner
        return tasks

    def _executor(self, task: Mapping[str, Any]) -> str:
        label: str = self.spec["components"][task["componentRef"]["name"]]["executorLabel"]
        return label

    def _task(self, name: str, task: Mapping[str, Any]) -> SeenTask:
        label = self._executor(task)
        container = self.spec["deploymentSpec"]["executors"][label]["container"]
        told = [word for word in container["args"] if word.startswith("--nodes=")]
        settings = {**dict(_retries(task)), **dict(_container(container))}
        settings |= {**_words(container, _TOLD), **dict(_inputs(task, container))}
        pod = self._pods().get(label, {})
        is_cleanup = name == self.plan.cleanup
        return SeenTask(
            nodes=_nodes(told[0]) if told else {},
            needs=frozenset(task.get("dependentTasks", ())),
            settings={} if is_cleanup else self._own(name, {**settings, **dict(_pod(pod))}),
        )

    def _own(self, name: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Without what the options of the target give to tasks that have nothing of their own."""
        own = self.plan.task_by_name[name].settings if name in self.plan.task_by_name else None
        options = self.plan.options
        if own and own.gpu_type is None and settings.get("resources.gpu_type") == _GPU:
            settings.pop("resources.gpu_type")
        if own and own.image is None and settings.get("image") == options.get("image"):
            settings.pop("image", None)
        common = {item["mount"]: item["claim"] for item in options.get("volumes", ())}
        if own and not own.volumes and settings.get("volumes") == common:
            settings.pop("volumes", None)
        return settings

    def _pods(self) -> Mapping[str, Any]:
        if not self.platform:
            return {}
        pods: dict[str, Any] = self.platform["platforms"]["kubernetes"]["deploymentSpec"]
        executors: Mapping[str, Any] = pods["executors"]
        return executors

    def _containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The containers of tasks that run nodes, by label."""
        for name, task in self._tasks().items():
            if name != self.plan.cleanup:
                label = self._executor(task)
                yield label, self.spec["deploymentSpec"]["executors"][label]["container"]

    def _told(self) -> dict[str, Any]:
        """What all containers are told alike, of the store those that use it; else all of it."""
        told = [_words(container, _TOLD_TO_ALL) for _, container in self._containers()]
        found: dict[str, Any] = {}
        for key in _TOLD_TO_ALL:
            values = [one.get(key) for one in told if key in one or key != "store"]
            alike = all(value == values[0] for value in values)
            found[key] = (values[0] if values else None) if alike else values
        return {key: value for key, value in found.items() if value}

    def _metadata(self) -> Iterator[tuple[str, Any]]:
        """What all pods must have; where they differ, what none of them should."""
        pods = self._pods()
        held: list[Any] = [
            pods.get(label, {}).get("podMetadata", {}) for label, _ in self._containers()
        ]
        alike: Mapping[str, Any] = (
            held[0] if all(one == held[0] for one in held) else {"labels": held}
        )
        if "labels" in alike:
            yield "labels", alike["labels"]
        if "annotations" in alike:
            yield "owner", alike["annotations"]["owner"]

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        inputs = self.spec["root"].get("inputDefinitions", {}).get("parameters", {})
        for _, container in self._containers():
            for word in container["args"]:
                found = _INPUT.fullmatch(word)
                if found and found["input"] in inputs:
                    yield found["parameter"], _default(inputs[found["input"]], found["kind"])


def _inputs(task: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the parameters that a task is bound to, each with the default that it knows of."""
    bound = task.get("inputs", {}).get("parameters", {})
    known = _words(container, {"defaults": "--defaults="}).get("defaults", {})
    words = filter(None, map(_INPUT.fullmatch, container["args"]))
    names = [
        word["parameter"]
        for word in words
        if "componentInputParameter" in bound.get(word["input"], {})  # others are facts of the run
    ]
    if names:
        yield "inputs", {name: known.get(name, "unknown") for name in names}


def _default(definition: Mapping[str, Any], kind: str) -> Any:
    value = definition["defaultValue"]
    if kind == "yaml":
        return value or None
    is_text = definition["parameterType"] == "STRING"
    return json.loads(value) if is_text and kind == "json" else value


def _retries(task: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    policy = task.get("retryPolicy", {})
    if policy:
        yield "retries", policy["maxRetryCount"]
        if delay := int(policy["backoffDuration"].removesuffix("s")):
            yield "retry_delay", delay
        if delay and policy["maxRetryCount"] > 1 and policy["backoffFactor"] != 1:
            yield "retry_backoff", policy["backoffFactor"]


def _container(container: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "image", container["image"]
    if "env" in container:
        yield "env", {item["name"]: _expanded(item["value"]) for item in container["env"]}
    resources = container.get("resources", {})
    for key, field in (("cpu", "resourceCpuLimit"), ("memory", "resourceMemoryLimit")):
        if field in resources:
            yield f"resources.{key}", resources[field]
    if "accelerator" in resources:
        yield "resources.gpu", int(resources["accelerator"]["resourceCount"])
        yield "resources.gpu_type", resources["accelerator"]["resourceType"]


def _pod(pod: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "activeDeadlineSeconds" in pod:
        yield "timeout", pod["activeDeadlineSeconds"]
    if "pvcMount" in pod:
        yield "volumes", {m["mountPath"]: _constant(m["pvcNameParameter"]) for m in pod["pvcMount"]}
    if "secretAsEnv" in pod:
        yield (
            "secrets",
            {
                key["envVar"]: (_constant(secret["secretNameParameter"]), key["secretKey"])
                for secret in pod["secretAsEnv"]
                for key in secret["keyToEnv"]
            },
        )


def _constant(parameter: Mapping[str, Any]) -> str:
    return str(parameter["runtimeValue"]["constant"])


def _recurring(run: Any, plan: Plan) -> Iterator[tuple[str, Any]]:
    if run:
        zone = plan.options.get("timezone", "UTC")
        yield "schedule.cron", (run["trigger"]["cron_schedule"]["cron"].removeprefix("0 "), zone)
        if not run["no_catchup"]:
            yield "schedule.catchup", True
        if "start_time" in run["trigger"]["cron_schedule"]:
            start = run["trigger"]["cron_schedule"]["start_time"].replace("Z", "+00:00")
            yield "schedule.start", first_day(datetime.fromisoformat(start), plan)
        if plan.run.runs or run["max_concurrency"] != 1:
            yield "concurrency.runs", run["max_concurrency"]


def _words(container: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """The values of options among a container's arguments, those of lists and mappings as such."""
    found = {}
    for word in container["args"]:
        for key, option in options.items():
            if word.startswith(option):
                text = _expanded(word.removeprefix(option))
                found[key] = json.loads(text) if key in _OF_JSON else text
    return found


def _nodes(word: str) -> dict[str, str | None]:
    """The nodes of a task, each with its signature, or of very many the names alone."""
    nodes = json.loads(_expanded(word.partition("=")[2]))
    return dict.fromkeys(nodes) if isinstance(nodes, list) else nodes


def _expanded(text: str) -> str:
    """Kubernetes takes two dollars for one."""
    return text.replace("$$", "$")
