"""A file of Argo's objects read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.stand_in import stand_in
from shipway.artifacts.yaml_documents import load_documents
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
from shipway_exporters.containers.whole_pod import without_none
from shipway_exporters.containers.whole_pod_readback import WholePod

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
    documents = load_documents(text)
    return Readback(
        findings=tuple(findings(path, faults(documents))),
        contents=lambda: _File(plan, documents).contents(),
    )


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what a file of another day's project says, whole."""
    (text,) = files.values()
    documents = load_documents(text)
    tasks = _File(plan, documents).tasks
    of_nodes = [name for name, task in tasks.items() if task_job.nodes_in(task.pod.job)]
    others = [name for name in tasks if name not in of_nodes]
    settings = {name: TaskSettings() for name in of_nodes}
    other = stand_in(plan, settings, name=plan.name, cleanup=next(iter(others), None))
    return _File(other, documents).contents()


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A task with the template that it leads to.

    Args:
        pod: what the two make, without the values of parameters, whose placeholders are no JSON.
        values: of each parameter that the task gets, its argument, and the option that has it.
    """

    needs: frozenset[str]
    template: Mapping[str, Any]
    pod: WholePod
    values: Mapping[str, tuple[str, str]]

    def contents(self) -> TaskContents:
        job = self.pod.job
        if "task" not in job:
            # The cleanup has no settings in the plan; what it is given is the target's own.
            return TaskContents(nodes=task_job.nodes_in(job), needs=self.needs)
        inputs = {name: job.get("defaults", {}).get(name, "unknown") for name in self.values}
        more = {**_retries(self.template.get("retryStrategy", {})), "inputs": inputs or None}
        return replace(self.pod.task(without_none(more)), needs=self.needs)

    def facts(self) -> dict[str, str]:
        """The parameters that Argo fills in, each with the fact that it is."""
        parameters = readback.parameters_in(self.pod.words)
        return {name: _FACTS.get(placeholder, "unknown") for _, name, placeholder in parameters}


@dataclass(frozen=True)
class _File:
    plan: Plan
    documents: Sequence[Any]

    def contents(self) -> Contents:
        of_nodes = [task for name, task in self.tasks.items() if name != self.plan.cleanup]
        run = {**dict(self._metadata()), **dict(self._run()), **dict(self._schedule())}
        run |= readback.run_facts([task.pod.job for task in of_nodes])
        run |= readback.fact_inputs([task.facts() for task in of_nodes])
        return Contents(
            name=self.documents[0]["metadata"]["name"],
            tasks={name: task.contents() for name, task in self.tasks.items()},
            parameters=dict(self._values(self._spec)),
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
        return {task["name"]: self._task(task, templates[task["template"]]) for task in tasks}

    def _task(self, task: Mapping[str, Any], template: Mapping[str, Any]) -> _Task:
        inputs = [*template.get("inputs", {}).get("parameters", ())]
        inputs += task.get("arguments", {}).get("parameters", ())
        texts = {item["name"]: item["value"] for item in inputs if "value" in item}
        pull_secrets = self._spec.get("imagePullSecrets", ())
        spec = {
            **template,
            "imagePullSecrets": pull_secrets,
            "containers": [_main(template, texts)],
        }
        pod = {"metadata": template.get("metadata", {}), "spec": spec}
        return _Task(
            needs=frozenset(needs_of(task)),
            template=template,
            pod=WholePod(plan=self.plan, template=pod, around={}),
            values=dict(_values(texts)),
        )

    @cached_property
    def _arguments(self) -> Mapping[str, tuple[str, str]]:
        """The parameter of each argument, and the option that has its value."""
        return {
            argument: (parameter, option)
            for task in self.tasks.values()
            for parameter, (argument, option) in task.values.items()
        }

    def _values(self, holder: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for item in holder.get("arguments", {}).get("parameters", ()):
            parameter, option = self._arguments.get(item["name"], (item["name"], "inputs"))
            yield parameter, item["value"] if option == "inputs" else json.loads(item["value"])

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


def _main(template: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the container with a task's own words filled in."""
    args = template["container"].get("args", ())
    words = (_INPUT.sub(lambda match: texts.get(match[1], match[0]), word) for word in args)
    return {**template["container"], "args": [w for w in words if not w.startswith(_VALUES)]}


def _values(texts: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for option in VALUES:
        for match in _VALUE.finditer(texts.get(option, "")):
            if argument := argument_in(match[2]):
                yield json.loads(match[1]), (argument, option)


def _retries(strategy: Mapping[str, Any]) -> dict[str, Any]:
    if not strategy:
        return {}
    limit, pause = strategy["limit"], strategy.get("backoff", {})
    return {
        "retries": limit,
        "retry_delay": int(pause.get("duration", "0s").removesuffix("s")) or None,
        "retry_backoff": pause.get("factor") if limit > 1 else None,
    }
