"""What tasks run on: serverless environments, clusters of the job, clusters that run already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError, did_you_mean
from shipway.planner.plan import Plan, Task
from shipway.settings.values import TaskSettings
from shipway_exporters.databricks.models import SECRET
from shipway_exporters.databricks.options import COMPUTE, DEFAULT
from shipway_exporters.databricks.texts import env_value

SERVERLESS, CLUSTER, RUNNING = "environment", "cluster", "existing_cluster_id"
_OWN = f"databricks.{COMPUTE}"


def profile_name(options: Mapping[str, Any], settings: TaskSettings) -> str | None:
    """Return the name of a task's profile; `None` where nothing says it."""
    profiles = options.get(COMPUTE, {})
    name = settings.target_arguments.get(_OWN) or options.get("task", {}).get(COMPUTE)
    only = next(iter(profiles)) if len(profiles) == 1 else None
    return name or (DEFAULT if DEFAULT in profiles else only)


def profile_of(options: Mapping[str, Any], settings: TaskSettings) -> Mapping[str, Any]:
    """Return the profile of a task; empty where there is none."""
    profile: Mapping[str, Any] = options.get(COMPUTE, {}).get(profile_name(options, settings), {})
    return profile


def profiles_in_use(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """Return the profiles that tasks run on, by name and in its order."""
    profiles: Mapping[str, Mapping[str, Any]] = plan.options.get(COMPUTE, {})
    names = {profile_name(plan.options, task.settings) for task in plan.tasks}
    return {name: profiles[name] for name in sorted(profiles.keys() & names)}


class Compute:
    """What the tasks of one plan run on.

    A cluster has its environment variables as it starts. So tasks of one profile share a cluster
    where they agree in them, and have clusters of their own where they do not.

    Raises:
        UnsupportedError: a task has no profile, or names one that there is not.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        _check(plan)
        self._keys: dict[tuple[str, str], str] = {}
        self._variables: dict[str, Mapping[str, str]] = {}
        for task in plan.tasks:
            if CLUSTER in self._profile(task):
                self._name_cluster(task)

    def of(self, task: Task) -> dict[str, Any]:
        """Return the fields of a task that say what it runs on."""
        profile, name = self._profile(task), self._name(task)
        if SERVERLESS in profile:
            return {"environment_key": name}
        libraries = {"libraries": profile["libraries"]} if "libraries" in profile else {}
        if CLUSTER in profile:
            return {"job_cluster_key": self._keys[self._identity(task)], **libraries}
        return {RUNNING: profile[RUNNING], **libraries}

    def environments(self) -> list[dict[str, Any]]:
        """Return the serverless environments that tasks name, each once."""
        profiles = {self._name(task): self._profile(task) for task in self.plan.tasks}
        return [
            {"environment_key": name, "spec": profile[SERVERLESS]}
            for name, profile in profiles.items()
            if SERVERLESS in profile
        ]

    def clusters(self) -> list[dict[str, Any]]:
        """Return the clusters of the job, each once."""
        profiles = self.plan.options[COMPUTE]
        return [
            {
                "job_cluster_key": key,
                "new_cluster": {
                    **profiles[name][CLUSTER],
                    **({"spark_env_vars": env} if (env := self._variables[key]) else {}),
                },
            }
            for (name, _), key in self._keys.items()
        ]

    def _name_cluster(self, task: Task) -> None:
        identity = self._identity(task)
        if identity in self._keys:
            return
        name, taken = identity[0], {*self._keys.values(), *self.plan.options[COMPUTE]}
        number = 1 + sum(other == name for other, _ in self._keys)
        key = name if number == 1 else f"{name}-{number}"
        while number > 1 and key in taken:
            number += 1
            key = f"{name}-{number}"
        self._keys[identity] = key
        self._variables[key] = dict(_variables(task))

    def _identity(self, task: Task) -> tuple[str, str]:
        return self._name(task), json.dumps(dict(_variables(task)), sort_keys=True)

    def _name(self, task: Task) -> str:
        return str(profile_name(self.plan.options, task.settings))

    def _profile(self, task: Task) -> Mapping[str, Any]:
        return profile_of(self.plan.options, task.settings)


def _variables(task: Task) -> Iterator[tuple[str, str]]:
    for name, value in sorted(task.settings.env.items()):
        yield name, env_value(name, value, task)
    yield from _secrets(task)


def _secrets(task: Task) -> Iterator[tuple[str, str]]:
    for name, secret in sorted(task.settings.secrets.items()):
        yield name, f"{{{{secrets/{secret.name}/{secret.key}}}}}"


def _no_secrets(task: Task) -> Iterator[Finding]:
    for name, text in _secrets(task):
        if not SECRET.fullmatch(text):
            yield Finding(
                what=f"On Databricks no secret has such a name or key as that of `{name}`.",
                where=task.settings.places.get(f"secrets.{name}"),
                remedy="Scopes and keys are of letters, digits, `-`, `_`, `.` and `@`.",
            )


def _check(plan: Plan) -> None:
    findings = {finding: None for task in plan.tasks for finding in _findings(plan, task)}
    if findings:
        raise UnsupportedError(*findings)


def _findings(plan: Plan, task: Task) -> Iterator[Finding]:
    yield from _no_secrets(task)
    profiles: Mapping[str, Any] = plan.options.get(COMPUTE, {})
    name = profile_name(plan.options, task.settings)
    if not profiles:
        yield Finding(
            what="Nothing says what tasks run on.",
            where=f"targets.databricks.{COMPUTE}, which is not set",
            remedy='Set it, such as `{default: {environment: {environment_version: "4", '
            "dependencies: [../../../dist/*.whl]}}}`.",
        )
    elif name is None:
        yield Finding(
            what=f"The task `{task.label}` names none of the profiles, and none is the default.",
            where=f"targets.databricks.{COMPUTE}",
            remedy=f"Call one of them `{DEFAULT}`, or set `targets: {{databricks: {{{COMPUTE}: …}}"
            "}` for the task.",
        )
    elif name not in profiles:
        yield Finding(
            what=f"There is no profile `{name}`.",
            where=task.settings.places.get(f"targets.{_OWN}", f"targets.databricks.task.{COMPUTE}"),
            remedy=did_you_mean(name, profiles)
            or f"Describe it under `{COMPUTE}` of targets.databricks.",
        )
