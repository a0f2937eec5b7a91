"""The containers of a spec: what runs in them, and with how much."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shipway.command import runtime_options
from shipway.errors import Finding, UnsupportedError
from shipway.limits import LONGEST_ARGUMENT
from shipway.planner.plan import Plan, Task
from shipway_exporters.kubeflow.inputs import Input
from shipway_exporters.kubeflow.settings import image_of, project_dir
from shipway_exporters.kubeflow.sizes import size_of
from shipway_exporters.kubeflow.text import unexpanded

_SCHEDULED = "{{$.inputs.parameters['run_scheduled']}}"
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_JSON_OPTIONS = "nodes from-run before-run stored load-versions params defaults"
_OF_JSON = tuple(f"--{name}=" for name in _JSON_OPTIONS.split())
_FACTS: Mapping[str, str] = {
    "run_id": "{{$.inputs.parameters['run_id']}}",
    "logical_date": _SCHEDULED,
}


class Containers:
    """Makes the containers of one plan."""

    def __init__(self, plan: Plan, inputs: Sequence[Input]) -> None:
        self.plan = plan
        self.inputs = inputs
        self.python = str(plan.options.get("python", "python"))
        if plan.run.run_with == "kedro":
            raise UnsupportedError(_plain(plan))

    def of(self, task: Task) -> dict[str, Any]:
        """Return the container of a task; of very many nodes, it is told the names alone.

        The digest of their pipeline says whether they are what was exported, as well.
        """
        container = self._container(task, runtime_options(self.plan, task))
        if size_of(container) > LONGEST_ARGUMENT:
            return self._container(task, [*_with_names(runtime_options(self.plan, task), task)])
        return container

    def _container(self, task: Task, options: Iterable[str]) -> dict[str, Any]:
        told = (unexpanded(_apart(word)) for word in options)
        container = self._runtime(task, [*self._run(), *told, *self._parameters(task)])
        if task.settings.env:
            container["env"] = [
                {"name": name, "value": unexpanded(value)}
                for name, value in sorted(task.settings.env.items())
            ]
        resources = dict(_resources(task))
        return {**container, **({"resources": resources} if resources else {})}

    def cleanup(self) -> dict[str, Any]:
        """Return the container that empties the store."""
        plan = self.plan
        ids = (f"--package={plan.project}", f"--flow={plan.name}", f"--store={plan.run.store}")
        words = [*self._run(), *map(unexpanded, ids), "--clean-store"]
        return self._runtime(plan.tasks[-1], words)

    def on_exit(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the container that runs last, and is told how the run has ended."""
        return {
            "image": given.get("image") or image_of(self.plan, self.plan.tasks[0]),
            "command": list(map(unexpanded, given["command"])),
            "args": ["{{$.inputs.parameters['status']}}"],
        }

    def _runtime(self, task: Task, args: list[str]) -> dict[str, Any]:
        command = [self.python, "-m", "shipway.runtime"]
        return {"image": image_of(self.plan, task), "command": command, "args": args}

    def _run(self) -> Iterator[str]:
        """What every task is told of where and in which run it is."""
        yield unexpanded(f"--project={project_dir(self.plan)}")
        yield f"--run-id={_FACTS['run_id']}"
        yield "--created={{$.inputs.parameters['run_created']}}"

    def _parameters(self, task: Task) -> Iterator[str]:
        for item in self.inputs:
            if item.parameter.name in task.parameters:
                yield item.argument
        for name, fact in sorted(self.plan.run.run_parameters.items()):
            if fact not in _FACTS:
                raise UnsupportedError(_no_interval(self.plan, name))
            yield f"--text={name}={_FACTS[fact]}"


def _with_names(options: Iterable[str], task: Task) -> Iterator[str]:
    names = json.dumps([node.name for node in task.nodes], ensure_ascii=False)
    for word in options:
        yield f"--nodes={names}" if word.startswith("--nodes=") else word


def _resources(task: Task) -> Iterator[tuple[str, Any]]:
    settings = task.settings
    for kind, amount in (("Cpu", settings.cpu), ("Memory", settings.memory)):
        if amount is not None:
            yield f"resource{kind}Request", amount.text
            yield f"resource{kind}Limit", amount.text
    if settings.gpu is not None:
        kind = settings.gpu_type or "nvidia.com/gpu"
        yield "accelerator", {"resourceType": kind, "resourceCount": str(settings.gpu)}


def _apart(word: str) -> str:
    """Let no two braces of JSON meet, so that nobody takes them for a placeholder."""
    if not word.startswith(_OF_JSON):
        return word
    named = _JSON_TEXT.sub(lambda found: _unbraced(found[0]), word)
    return named.replace("{{", "{ {").replace("}}", "} }")


def _unbraced(text: str) -> str:
    """Write the braces in a text of JSON by their numbers, where two of them meet."""
    if "{{" in text or "}}" in text:
        return text.replace("{", "\\u007b").replace("}", "\\u007d")
    return text


def _plain(plan: Plan) -> Finding:
    return Finding(
        what="Plain `kedro run` cannot be given the parameters that a run is started with.",
        where=plan.run.places.get("run_with", "run_with"),
        remedy="Set `run_with: shipway`.",
    )


def _no_interval(plan: Plan, name: str) -> Finding:
    return Finding(
        what=f"A run of Kubeflow has no interval that could fill `{name}`.",
        where=plan.run.places.get("run_parameters"),
        remedy="Use `logical_date`: the time for which the run was scheduled.",
    )
