"""A file of Argo's objects read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.settings.values import TaskSettings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.argo.capabilities import CAPABILITIES
from shipway_exporters.argo.parameters import VALUES, argument_in
from shipway_exporters.argo.rules import faults, needs_of
from shipway_exporters.argo.templates import FACTS
from shipway_exporters.argo.workflow import DESCRIPTION, OWNER, RUNS, lock
from shipway_exporters.containers import container_readback as readback
from shipway_exporters.containers.pod_readback import settings_in

# libyaml reads the same faster, but PyYAML may have been built without it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OMISSIONS = {"run_on.kubernetes": "every task is a pod, which none says"}
_KEYS = (
    {name for name, support in CAPABILITIES.items() if support.level == "native"}
    - _OMISSIONS.keys()
) | {*task_job.KEYS, "inputs"}
_FACTS = {placeholder: fact for fact, placeholder in FACTS.items()}
_INPUT = re.compile(r"\{\{inputs\.parameters\.([\w-]+)\}\}")
_VALUES = tuple(f"--{option}=" for option in VALUES)
_VALUE = re.compile(r'("(?:[^"\\]|\\.)*"): (\{\{.*?\}\})')


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the file of a pipeline, to be read; see `shipway.targets.exporter.Exporter`."""
    ((path, text),) = files.items()
    documents = _documents(text)
    return Readback(
        findings=tuple(findings(path, faults(documents))),
        contents=lambda: _File(plan, documents).contents(),
    )


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what a file of another day's project says, whole."""
    (text,) = files.values()
    documents = _documents(text)
    tasks = _File(plan, documents).tasks
    of_nodes = [name for name, task in tasks.items() if task_job.nodes_in(task.options)]
    others = [name for name in tasks if name not in of_nodes]
    settings = {name: TaskSettings() for name in of_nodes}
    other = stand_in(plan, settings, name=plan.name, cleanup=next(iter(others), None))
    return _File(other, documents).contents()


def _documents(text: str) -> Sequence[Any]:
    return tuple(yaml.load_all(text, Loader=_Loader))


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A task with the template that it leads to.

    Args:
        prefix: the words before the project's Python.
        words: the others, with the task's own filled in.
        options: those of them that are options of the runtime.
        values: of each parameter that the task gets, its argument, and the option that has it.
    """

    needs: frozenset[str]
    template: Mapping[str, Any]
    prefix: tuple[str, ...]
    words: Sequence[str]
    options: Mapping[str, Any]
    values: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class _File:
    plan: Plan
    documents: Sequence[Any]

    def contents(self) -> Contents:
        of_nodes = [task for name, task in self.tasks.items() if name != self.plan.cleanup]
        run = {**dict(self._metadata()), **dict(self._run()), **dict(self._schedule())}
        run |= readback.run_facts([task.options for task in of_nodes])
        run |= readback.fact_inputs([dict(_facts(task)) for task in of_nodes])
        return Contents(
            name=self.documents[0]["metadata"]["name"],
            tasks={name: self._contents(name, task) for name, task in self.tasks.items()},
            parameters=dict(self._parameters()),
            run=run,
            keys=frozenset(_KEYS),
            omissions=_OMISSIONS,
        )

    @property
    def _spec(self) -> Mapping[str, Any]:
        spec: Mapping[str, Any] = self.documents[0]["spec"]
        return spec

    @cached_property
    def _by_kind(self) -> Mapping[str, Mapping[str, Any]]:
        return {document["kind"]: document for document in self.documents}

    @property
    def _cron(self) -> Mapping[str, Any]:
        spec: Mapping[str, Any] = self._by_kind.get("CronWorkflow", {}).get("spec", {})
        return spec

    @cached_property
    def tasks(self) -> Mapping[str, _Task]:
        templates = {item["name"]: item for item in self._spec["templates"]}
        tasks = templates[self._spec["entrypoint"]]["dag"]["tasks"]
        return {task["name"]: _task(task, templates[task["template"]]) for task in tasks}

    @cached_property
    def _arguments(self) -> Mapping[str, tuple[str, str]]:
        """The parameter of each argument, and the option that has its value."""
        return {
            argument: (parameter, option)
            for task in self.tasks.values()
            for parameter, (argument, option) in task.values.items()
        }

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        yield from self._values(self._spec)

    def _values(self, holder: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for item in holder.get("arguments", {}).get("parameters", ()):
            parameter, option = self._arguments.get(item["name"], (item["name"], "inputs"))
            yield parameter, item["value"] if option == "inputs" else json.loads(item["value"])

    def _contents(self, name: str, task: _Task) -> TaskContents:
        # The cleanup has no settings in the plan; what it is given is the target's own.
        is_of_plan = name in self.plan.task_by_name
        return TaskContents(
            nodes=task_job.nodes_in(task.options),
            needs=task.needs,
            settings=self._settings(name, task) if is_of_plan else {},
        )

    def _settings(self, name: str, task: _Task) -> dict[str, Any]:
        template, own = task.template, self.plan.task_by_name[name].settings
        pod = {**template, "imagePullSecrets": self._spec.get("imagePullSecrets", ())}
        settings = {
            **dict(_retries(template.get("retryStrategy", {}))),
            **settings_in(own, template.get("metadata", {}), pod, template["container"]),
            "timeout": template.get("activeDeadlineSeconds"),
            "command_prefix": task.prefix,
            **task_job.task_facts(task.options),
            "inputs": {n: task.options.get("defaults", {}).get(n, "unknown") for n in task.values},
        }
        known = {key: value for key, value in settings.items() if value}
        return readback.without_options(self.plan, name, known)

    def _metadata(self) -> Iterator[tuple[str, Any]]:
        """What all objects must say; where they differ, what none of them should."""
        metadata = [document["metadata"] for document in self.documents]
        labels = [item.get("labels", {}) for item in metadata]
        labels += [self._spec.get(k, {}).get("labels", {}) for k in _LABELED]
        if any(labels):
            yield "labels", labels[0] if all(one == labels[0] for one in labels) else labels
        for key, annotation in (("owner", OWNER), ("description", DESCRIPTION)):
            texts = {item.get("annotations", {}).get(annotation) for item in metadata}
            (text,) = texts if len(texts) == 1 else (sorted(map(str, texts)),)
            if text:
                yield key, text

    def _run(self) -> Iterator[tuple[str, Any]]:
        runs = self._runs()
        policy = self._cron.get("concurrencyPolicy", "Forbid")
        if self._cron and policy != ("Forbid" if runs == 1 else "Allow"):
            yield "concurrency.runs", f"{runs} by hand, and by the clock {policy}"
        elif runs:
            yield "concurrency.runs", runs
        if "parallelism" in self._spec:
            yield "concurrency.tasks", self._spec["parallelism"]

    def _runs(self) -> int | str | None:
        """How many runs may overlap, as far as it is written as we do."""
        limit = self._by_kind.get("ConfigMap", {}).get("data", {}).get(RUNS)
        name, spec = self.documents[0]["metadata"]["name"], self._spec.get("synchronization", {})
        runs = int(limit) if limit else 1 if spec else None
        return runs if spec == lock(name, runs) else "another lock"

    def _schedule(self) -> Iterator[tuple[str, Any]]:
        if cron := self._cron:
            yield "schedule.cron", (", ".join(cron["schedules"]), cron.get("timezone"))
            if values := dict(self._values(cron["workflowSpec"])):
                yield "schedule.parameters", values


_LABELED = ("workflowMetadata", "podMetadata")


def _task(task: Mapping[str, Any], template: Mapping[str, Any]) -> _Task:
    inputs = [*template.get("inputs", {}).get("parameters", ())]
    inputs += task.get("arguments", {}).get("parameters", ())
    texts = {item["name"]: item["value"] for item in inputs if "value" in item}
    prefix, command = readback.without_prefix(template["container"]["command"])
    args = template["container"].get("args", ())
    words = [*command, *(_INPUT.sub(lambda m: texts.get(m[1], m[0]), word) for word in args)]
    # The values of parameters hold placeholders, and are no JSON.
    others = [word for word in words if not word.startswith(_VALUES)]
    return _Task(
        needs=frozenset(needs_of(task)),
        template=template,
        prefix=prefix,
        words=words,
        options=readback.options_in(others),
        values=dict(_values(texts)),
    )


def _values(texts: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for option in VALUES:
        for match in _VALUE.finditer(texts.get(option, "")):
            if argument := argument_in(match[2]):
                yield json.loads(match[1]), (argument, option)


def _facts(task: _Task) -> Iterator[tuple[str, str]]:
    """Yield the parameters that Argo fills in, each with the fact that it is."""
    for _, parameter, placeholder in readback.parameters_in(task.words):
        yield parameter, _FACTS.get(placeholder, "unknown")


def _retries(strategy: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if strategy:
        pause = strategy.get("backoff", {})
        yield "retries", strategy["limit"]
        yield "retry_delay", int(pause.get("duration", "0s").removesuffix("s"))
        yield "retry_backoff", pause.get("factor") if strategy["limit"] > 1 else None
