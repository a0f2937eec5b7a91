"""The containers of a spec: what runs in them, and with how much."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers.arguments import (
    Placeholders,
    arguments,
    cleanup_arguments,
    command,
)
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.go_json import size_of
from shipway_exporters.containers.place import image_of, last_of_store
from shipway_exporters.containers.pods import env_of
from shipway_exporters.containers.target import Target
from shipway_exporters.kubeflow.inputs import Input, placeholder
from shipway_exporters.kubeflow.profile import Profile
from shipway_exporters.kubeflow.references import literal

TARGET = Target(name="kubeflow", title="Kubeflow Pipelines")


class Containers:
    """Makes the containers of one plan.

    What all tasks are told alike is the command, and what is a task's own its arguments: the
    server hands the launcher one behind the other, and fills in placeholders in both (KFP 2.17,
    `driver/driver.go`, initPodSpecPatch; `component/launcher_v2.go`, compileCmdAndArgs).
    """

    def __init__(self, plan: Plan, profile: Profile) -> None:
        self.plan = plan
        self.profile = profile
        self.placeholders = Placeholders(
            run_id=placeholder("run_id"),
            created=placeholder("run_created"),
            facts={"run_id": placeholder("run_id"), "logical_date": placeholder("run_scheduled")},
            literal=partial(literal, title=profile.target.title),
        )
        self.command = command(plan, TARGET, self.placeholders)

    def of(self, task: Task, inputs: tuple[Input, ...]) -> dict[str, Any]:
        """Return the container of a task; of very many nodes, it is told the names alone."""
        container = self._container(task, inputs)
        if size_of(container) > LONGEST_ARGUMENT:
            return self._container(task, inputs, names_only=True)
        return container

    def cleanup(self) -> dict[str, Any]:
        """Return the container that empties the store."""
        # Its image holds the project, and its variables may be needed to reach the store.
        task = last_of_store(self.plan)
        container = self._runtime(task, cleanup_arguments(self.plan, self.placeholders))
        return {**container, **({"env": env} if (env := env_of(task.settings)) else {})}

    def on_exit(self, option: Mapping[str, Any]) -> dict[str, Any]:
        """Return the container that runs last, and is told how the run has ended."""
        return {
            "image": option.get("image") or image_of(self.plan, self.plan.tasks[0], TARGET),
            "command": list(map(escape_expansions, option["command"])),
            # The status is what the server fills in, so that it alone is not escaped.
            "args": [placeholder("status")],
        }

    def _container(
        self, task: Task, inputs: tuple[Input, ...], names_only: bool = False
    ) -> dict[str, Any]:
        own = arguments(self.plan, task, self.placeholders, names_only=names_only)
        own += self.profile.arguments(task)
        container = self._runtime(task, [*own, *(item.argument for item in inputs)])
        more = {
            "env": env_of(task.settings),
            "resources": dict(self.profile.resources(task.settings)),
        }
        return {**container, **{key: value for key, value in more.items() if value}}

    def _runtime(self, task: Task, args: list[str]) -> dict[str, Any]:
        image = image_of(self.plan, task, TARGET)
        # The server runs a command in place of the image's own entry point.
        prefix = map(self.placeholders.literal, task.settings.command_prefix)
        return {"image": image, "command": [*prefix, *self.command], "args": args}
