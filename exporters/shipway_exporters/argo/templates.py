"""The templates of a workflow: containers that tasks share, and the DAG of the tasks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import Secret, TaskSettings
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.argo.options import TARGET
from shipway_exporters.argo.parameters import VALUES, Argument, values_of
from shipway_exporters.argo.texts import literal
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.arguments import (
    Placeholders,
    arguments,
    cleanup_arguments,
    command,
)
from shipway_exporters.containers.backoff import backoff_of
from shipway_exporters.containers.go_json import size_of
from shipway_exporters.containers.place import image_of, last_of_store, volumes_of
from shipway_exporters.containers.whole_pod import whole_seconds, without_none

MAIN, KEDRO, ON_EXIT = "main", "kedro", "on-exit"
FACTS: Mapping[str, str] = {
    "run_id": "{{workflow.uid}}",
    # A run by hand was not scheduled: a placeholder alone would then arrive as it is (Argo 4.1,
    # docs/variables.md, `workflow.scheduledTime`).
    "logical_date": "{{=workflow.scheduledTime ?? workflow.creationTimestamp.RFC3339}}",
}
PLACEHOLDERS = Placeholders(
    # A name may come again, in another namespace at the same minute; a retry keeps both.
    run_id=FACTS["run_id"],
    created="{{workflow.creationTimestamp.RFC3339}}",
    facts=FACTS,
    literal=literal,
    # Argo writes `Z`, which `datetime.fromisoformat` of Python 3.10 does not read.
    kinds={"logical_date": "moment"},
)
_NOTHING = {
    "digest": "",
    "store": "",
    "runner": "SequentialRunner",
    **dict.fromkeys((*VALUES, "defaults"), "{}"),
    **dict.fromkeys(("from-run", "before-run", "stored"), "[]"),
}
"""What an option says to a task that does not need it, and shares a template with one that does."""
NO_RETRY = "lastRetry.exitCode not in ['2', '7']"
"""No retry can mend a malformed job, or another pipeline than the exported one."""


class Templates:
    """Makes the templates of one plan."""

    def __init__(self, plan: Plan, arguments_by_name: Mapping[str, Argument]) -> None:
        self.plan = plan
        self.arguments = arguments_by_name
        self.command = command(plan, TARGET, PLACEHOLDERS)
        self.words = {task.name: self._words(task) for task in plan.tasks}
        self.bodies = {task.name: self._body(task) for task in plan.tasks}
        self.names = self._names()

    def all(self) -> list[dict[str, Any]]:
        """Return the DAG, and what its tasks are made of."""
        plan = self.plan
        templates = [{"name": MAIN, "dag": {"tasks": self._tasks()}}]
        templates += [self._template(name) for name in dict.fromkeys(self.names.values())]
        if plan.cleanup:
            templates.append({"name": plan.cleanup, **self._cleanup()})
        if option := plan.options.get("on_exit"):
            templates.append({"name": ON_EXIT, **self._on_exit(option)})
        return templates

    def _words(self, task: Task) -> dict[str, str]:
        """Return what is a task's own on its command line, by option."""
        words = _by_option(arguments(self.plan, task, PLACEHOLDERS))
        if size_of(words) > LONGEST_ARGUMENT:
            words = _by_option(arguments(self.plan, task, PLACEHOLDERS, names_only=True))
        values = [self.arguments[name] for name in sorted(task.parameters)]
        return {**words, **values_of(values)}

    def _body(self, task: Task) -> dict[str, Any]:
        """Return the template of a task, without what it has of other tasks of its kind."""
        deadline = {"activeDeadlineSeconds": whole_seconds(task.settings.timeout)}
        return {**_retries(task), **without_none(deadline), **self._pod(task)}

    def _pod(self, task: Task) -> dict[str, Any]:
        settings = task.settings
        volumes = volumes_of(self.plan, task, TARGET)
        pod = {
            **pod_settings.scheduling(settings),
            "metadata": pod_settings.metadata(settings, {}),
            "volumes": pod_settings.volumes(volumes),
            "container": {
                "image": image_of(self.plan, task, TARGET),
                "command": [*map(literal, settings.command_prefix), *self.command[:3]],
                "args": self.command[3:],
                **pod_settings.container(settings, volumes),
            },
        }
        # A template names no such secrets: the workflow does, for all its pods.
        return {k: v for k, v in pod.items() if v and k != "imagePullSecrets"}

    def _names(self) -> dict[str, str]:
        """Return the template of each task; that of the most tasks has the plain name."""
        keys = {name: json.dumps(body) for name, body in self.bodies.items()}
        ((most, _),) = Counter(keys.values()).most_common(1)
        names = {most: KEDRO}
        for task, key in keys.items():
            names.setdefault(key, f"{KEDRO}-{task}")
        return {task: names[key] for task, key in keys.items()}

    def _template(self, name: str) -> dict[str, Any]:
        tasks = [task for task, template in self.names.items() if template == name]
        options = dict.fromkeys(option for task in tasks for option in self.words[task])
        inputs = [_input(o, all(o in self.words[task] for task in tasks)) for o in options]
        body = self.bodies[tasks[0]]
        container = body["container"]
        args = [*container["args"], *map(_argument, options)]
        body = {**body, "container": {**container, "args": args}}
        return {"name": name, "inputs": {"parameters": inputs}, **body}

    def _tasks(self) -> list[dict[str, Any]]:
        tasks = [self._task(task) for task in self.plan.tasks]
        if name := self.plan.cleanup:
            tasks.append({"name": name, **_depends(self.plan.last), "template": name})
        return tasks

    def _task(self, task: Task) -> dict[str, Any]:
        parameters = [{"name": k, "value": v} for k, v in self.words[task.name].items()]
        return {
            "name": task.name,
            **_depends(task.needs),
            "template": self.names[task.name],
            "arguments": {"parameters": parameters},
        }

    def _cleanup(self) -> dict[str, Any]:
        """Its image holds the project, and its variables may be needed to reach the store."""
        pod = self._pod(last_of_store(self.plan))
        words = cleanup_arguments(self.plan, PLACEHOLDERS)
        args = [*pod["container"]["args"], *words]
        return {**pod, "container": {**pod["container"], "args": args}}

    def _on_exit(self, option: Mapping[str, Any]) -> dict[str, Any]:
        """Its secrets are its own: none of a task's gets to a command that need not know it."""
        pod = self._pod(self.plan.tasks[0])
        secrets = {name: Secret(**value) for name, value in option.get("secrets", {}).items()}
        container = {
            "image": option.get("image") or pod["container"]["image"],
            "command": list(map(literal, option["command"])),
            "args": ["{{workflow.status}}"],
            **pod_settings.container(TaskSettings(secrets=secrets), ()),
        }
        return {**{k: v for k, v in pod.items() if k != "volumes"}, "container": container}


def _by_option(words: Iterable[str]) -> dict[str, str]:
    pairs = (word.removeprefix("--").partition("=") for word in words)
    return {name: value for name, _, value in pairs}


def _input(option: str, is_of_all: bool) -> dict[str, str]:
    return {"name": option} if is_of_all else {"name": option, "value": _NOTHING[option]}


def _argument(option: str) -> str:
    placeholder = VALUES.get(option) or f"{{{{inputs.parameters.{option}}}}}"
    return f"--{option}={placeholder}"


def _depends(needs: Iterable[str]) -> dict[str, str]:
    return {"depends": expression} if (expression := " && ".join(needs)) else {}


def _retries(task: Task) -> dict[str, Any]:
    backoff = backoff_of(task)
    if backoff is None:
        return {}
    # `Always`, since the default leaves out a pod that was lost with its machine (Argo, Retries).
    strategy: dict[str, Any] = {
        "limit": backoff.limit,
        "retryPolicy": "Always",
        "expression": NO_RETRY,
    }
    if backoff.duration:
        factor = {"factor": backoff.factor} if backoff.factor > 1 else {}
        strategy["backoff"] = {"duration": f"{backoff.duration}s", **factor}
    return {"retryStrategy": strategy}
