"""A pipeline spec read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.yaml_documents import load_documents
from shipway.errors import Finding
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.containers import container_readback as readback
from shipway_exporters.kubeflow import pod
from shipway_exporters.kubeflow.inputs import RUN_INPUTS, SCHEDULE_TIME
from shipway_exporters.kubeflow.profile import Reading
from shipway_exporters.kubeflow.profiles import profile_of
from shipway_exporters.kubeflow.rules import faults

_FACTS: Mapping[str, str] = {RUN_INPUTS["run_id"]: "run_id", SCHEDULE_TIME: "logical_date"}
_INPUT = re.compile(r"\{\{\$\.inputs\.parameters\['(\w+)'\]\}\}")


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the files of a pipeline, to be read: a spec, and its recurring run where it has one.

    The spec is checked against the server's rules, which kfp's own parser leaves unchecked.
    """
    path, schedule = f"{plan.name}.yaml", f"{plan.name}.schedule.yaml"
    spec, recurring = load_documents(files[path]), files.get(schedule)
    reading = profile_of(plan.options).reading
    return Readback(
        findings=(
            *findings(path, faults(spec, reading.rules)),
            *(_schedule_findings(reading, schedule, recurring) if recurring else ()),
        ),
        contents=lambda: spec_contents(plan, spec, recurring),
    )


def _schedule_findings(reading: Reading, path: str, text: str) -> Iterator[Finding]:
    for document in load_documents(text):
        yield from findings(path, reading.schedule_faults(document))


def spec_contents(plan: Plan, spec: Sequence[Any], recurring: str | None) -> Contents:
    """Return what the documents of a spec say, and the file of the recurring run, if any."""
    pipeline, *platform = spec
    run = load_documents(recurring)[0] if recurring else None
    return _Spec(plan, pipeline, platform[0] if platform else {}).contents(run)


def task_names(plan: Plan, spec: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the tasks of a spec that run nodes, and the others."""
    tasks = _Spec(plan, spec[0], {}).tasks
    of_nodes = [name for name, task in tasks.items() if task_job.nodes_in(task.options)]
    return of_nodes, [name for name in tasks if name not in of_nodes]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A task with what its component leads to.

    Args:
        spec: its entry in the DAG.
        pod: its executor's options in the platform document.
        prefix: the words before the project's Python.
        words: the others of its container's command, and the arguments.
        options: those of them that are options of the runtime.
    """

    spec: Mapping[str, Any]
    container: Mapping[str, Any]
    pod: Mapping[str, Any]
    prefix: tuple[str, ...]
    words: Sequence[str]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class _Spec:
    plan: Plan
    spec: Mapping[str, Any]
    platform: Mapping[str, Any]

    def contents(self, recurring: Any) -> Contents:
        info, reading = self.spec["pipelineInfo"], self.reading
        run = {"description": info["description"]} if "description" in info else {}
        run |= {
            **self._metadata(),
            **dict(reading.schedule(recurring, self.plan) if recurring else ()),
        }
        run |= readback.run_facts([task.options for task in self._of_nodes])
        run |= readback.fact_inputs([dict(_fact_inputs(task)) for task in self._of_nodes])
        return Contents(
            name=info["name"],
            tasks={name: self._task(name, task) for name, task in self.tasks.items()},
            parameters=dict(self._parameters()),
            run=run,
            keys=reading.keys | (reading.schedule_keys.keys() if recurring else set()),
            omissions={**reading.omissions, **({} if recurring else reading.schedule_keys)},
        )

    @property
    def reading(self) -> Reading:
        return profile_of(self.plan.options).reading

    @cached_property
    def tasks(self) -> Mapping[str, _Task]:
        """The tasks of the pipeline, which stand one level down when one runs on exit."""
        tasks: Mapping[str, Any] = self.spec["root"]["dag"]["tasks"]
        components = [self._component(task) for task in tasks.values()]
        inner = next((c["dag"]["tasks"] for c in components if "dag" in c), tasks)
        return {name: self._read(task) for name, task in inner.items()}

    @property
    def _of_nodes(self) -> list[_Task]:
        return [task for name, task in self.tasks.items() if name != self.plan.cleanup]

    def _component(self, task: Mapping[str, Any]) -> Mapping[str, Any]:
        component: Mapping[str, Any] = self.spec["components"][task["componentRef"]["name"]]
        return component

    def _read(self, task: Mapping[str, Any]) -> _Task:
        label = self._component(task)["executorLabel"]
        container = self.spec["deploymentSpec"]["executors"][label]["container"]
        prefix, command = readback.without_prefix(container["command"])
        words = [*command, *container["args"]]
        return _Task(
            spec=task,
            container=container,
            pod=self._pods.get(label, {}),
            prefix=prefix,
            words=words,
            options=readback.options_in(words),
        )

    @cached_property
    def _pods(self) -> Mapping[str, Any]:
        pods: Any = self.platform
        for key in ("platforms", "kubernetes", "deploymentSpec", "executors"):
            pods = pods.get(key, {})
        return dict(pods)

    def _task(self, name: str, task: _Task) -> TaskContents:
        # The cleanup has no settings in the plan; what it is given is the target's own.
        is_of_plan = name in self.plan.task_by_name
        return TaskContents(
            nodes=task_job.nodes_in(task.options),
            needs=frozenset(task.spec.get("dependentTasks", ())),
            settings=self._settings(name, task) if is_of_plan else {},
        )

    def _settings(self, name: str, task: _Task) -> dict[str, Any]:
        own = self.plan.task_by_name[name].settings
        container = self.reading.container(own, task.container)
        prefix = {"command_prefix": task.prefix} if task.prefix else {}
        settings = {
            **dict(_retries(task.spec)),
            **pod.settings_of(self.plan, own, container, task.pod),
            **dict(self.reading.timeout(task.pod, task.options)),
            **prefix,
            **task_job.task_facts(task.options),
            **dict(_inputs(task)),
        }
        return readback.without_options(self.plan, name, settings)

    def _metadata(self) -> dict[str, Any]:
        """What all pods must have; where they differ, what none of them should."""
        metadata = [
            dict(pod.run_metadata(self.plan, self.plan.task_by_name[name].settings, task.pod))
            for name, task in self.tasks.items()
            if name in self.plan.task_by_name
        ]
        is_alike = all(one == metadata[0] for one in metadata)
        return metadata[0] if is_alike else {"labels": metadata}

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        inputs = self.spec["root"].get("inputDefinitions", {}).get("parameters", {})
        for task in self._of_nodes:
            for kind, parameter, name in _handed_over(task):
                if name in inputs:
                    yield parameter, _default(inputs[name], kind)


def _handed_over(task: _Task) -> Iterator[tuple[str, str, str]]:
    """Yield how a parameter is handed over, which one, and from which input."""
    for kind, parameter, placeholder in readback.parameters_in(task.words):
        if match := _INPUT.fullmatch(placeholder):
            yield kind, parameter, match[1]


def _fact_inputs(task: _Task) -> Iterator[tuple[str, str]]:
    """Yield the parameters that the server fills in, each with the fact that it is."""
    bindings = task.spec.get("inputs", {}).get("parameters", {})
    for _, parameter, name in _handed_over(task):
        if "runtimeValue" in bindings.get(name, {}):
            yield parameter, _FACTS.get(pod.constant(bindings[name]), "unknown")


def _inputs(task: _Task) -> Iterator[tuple[str, Any]]:
    """Yield the parameters that a task is bound to, each with the default that it knows of."""
    bindings = task.spec.get("inputs", {}).get("parameters", {})
    task_defaults = task.options.get("defaults", {})
    names = [
        parameter
        for _, parameter, name in _handed_over(task)
        if "componentInputParameter" in bindings.get(name, {})  # others are facts of the run
    ]
    if names:
        yield "inputs", {name: task_defaults.get(name, "unknown") for name in names}


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
        # A factor shows from the second pause on, so one retry has none to compare.
        if delay and policy["maxRetryCount"] > 1 and policy["backoffFactor"] != 1:
            yield "retry_backoff", policy["backoffFactor"]
