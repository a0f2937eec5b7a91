"""From a plan to a pipeline spec and its platform document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.artifacts.yaml_literals import block, comment
from shipway.planner.plan import Plan, Task
from shipway_exporters.kubeflow.containers import Containers
from shipway_exporters.kubeflow.inputs import RUN_INPUTS, SCHEDULE_TIME, Input, inputs_of
from shipway_exporters.kubeflow.once import said_once
from shipway_exporters.kubeflow.profile import Profile
from shipway_exporters.kubeflow.references import check_texts

_MAIN, _EXIT = "all-tasks", "on-exit"


class Spec:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan, profile: Profile) -> None:
        self.plan = plan
        self.profile = profile
        self.notes: Sequence[str] = ()
        self.inputs = inputs_of(plan)
        self.containers = Containers(plan, profile)
        self.on_exit: Mapping[str, Any] | None = plan.options.get("on_exit")
        # Both stand beside the tasks, so they must differ from all of them and from the pipeline.
        names = {plan.name, *self._names()}
        self.main, self.exit = _free(_MAIN, names), _free(_EXIT, names)
        self.labels = {name: _free(name, {plan.name}) for name in self._names()}

    def context(self) -> dict[str, Any]:
        plan, profile = self.plan, self.profile
        document = {
            "head": dict(profile.head(plan)),
            "info": self._info(),
            "root": self._root(),
            "components": self._components(),
            "executors": self._executors(),
            "platform": self._platform(),
        }
        # Before `said_once`: the checks look at values, and cannot see through an alias.
        check_texts(document, profile.target.title)
        tasks = {self._executor(task.name): task for task in plan.tasks}
        self.notes = profile.check_document(plan, document, tasks)
        text = said_once(document)
        return {
            **yaml_head(plan, "kubeflow"),
            "manual_runs": plan.run.runs,
            "limited": f"{profile.target.title} limits {profile.limited} alone",
            "orchestrator": profile.target.title,
            "start": [comment(line) for line in profile.start(plan)],
            "head": [*map(block, _fields(text["head"]))],
            "info": block(text["info"], 2),
            "root": block(text["root"], 2),
            "components": _entries(text["components"]),
            "executors": _entries(text["executors"], 4),
            "platform": _entries(text["platform"], 8),
        }

    def _names(self) -> list[str]:
        # The plan does not count the cleanup among its tasks, which all run nodes.
        last = [self.plan.cleanup] if self.plan.cleanup else []
        return [*(task.name for task in self.plan.tasks), *last]

    def _info(self) -> dict[str, str]:
        description = self.plan.run.description
        return {"name": self.plan.name, **({"description": description} if description else {})}

    def _root(self) -> dict[str, Any]:
        dag = {"tasks": self._tasks()}
        if self.on_exit:
            # An exit task has one upstream task, so that all others become one: a DAG within.
            dag = {"tasks": {self.main: self._whole(), self.exit: self._exit_task()}}
        definitions = {item.name: item.definition for item in self.inputs}
        return {**_input_definitions(definitions), "dag": dag}

    def _components(self) -> dict[str, Any]:
        components: dict[str, Any] = {}
        for task in self.plan.tasks:
            components[f"comp-{self.labels[task.name]}"] = self._component(
                task.name, self._input_types(task)
            )
        if self.plan.cleanup:
            components[f"comp-{self.labels[self.plan.cleanup]}"] = self._component(
                self.plan.cleanup, self._of_the_run()
            )
        if self.on_exit:
            # Optional, since the server alone can give it.
            status = {"status": {"parameterType": "TASK_FINAL_STATUS", "isOptional": True}}
            parameters = {item.name: {"parameterType": item.type} for item in self.inputs}
            components[f"comp-{self.main}"] = {
                **_input_definitions(parameters),
                "dag": {"tasks": self._tasks()},
            }
            components[f"comp-{self.exit}"] = {
                **_input_definitions(status),
                "executorLabel": f"exec-{self.exit}",
            }
        return components

    def _input_types(self, task: Task) -> dict[str, Any]:
        own = {item.name: {"parameterType": item.type} for item in self._inputs_of(task)}
        return {**self._of_the_run(), **own}

    def _of_the_run(self) -> dict[str, Any]:
        return {name: {"parameterType": "STRING"} for name in self._run_inputs()}

    def _inputs_of(self, task: Task) -> tuple[Input, ...]:
        """A task is bound to what can change what its nodes see: a diff then shows what matters."""
        return tuple(item for item in self.inputs if item.parameter.name in task.parameters)

    def _component(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {**_input_definitions(inputs), "executorLabel": f"exec-{self.labels[name]}"}

    def _tasks(self) -> dict[str, Any]:
        tasks = {task.name: self._task(task) for task in self.plan.tasks}
        if self.plan.cleanup:
            last = self._entry(self.plan.cleanup, self.plan.last, self._bound_to_the_run())
            tasks[self.plan.cleanup] = last
        return tasks

    def _task(self, task: Task) -> dict[str, Any]:
        own = {i.name: {"componentInputParameter": i.name} for i in self._inputs_of(task)}
        bindings = {**self._bound_to_the_run(), **own}
        return {**self._entry(task.name, task.needs, bindings), **self.profile.retries(task)}

    def _bound_to_the_run(self) -> dict[str, Any]:
        return {name: _constant(text) for name, text in self._run_inputs().items()}

    def _entry(
        self, name: str, needs: Sequence[str], bindings: Mapping[str, Any]
    ) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "taskInfo": {"name": name},
            "componentRef": {"name": f"comp-{self.labels.get(name, name)}"},
            # Empty is off: a task works by what it writes, and the cache's key sees no data.
            "cachingOptions": {},
        }
        if needs:
            entry["dependentTasks"] = list(needs)
        return {**entry, **({"inputs": {"parameters": dict(bindings)}} if bindings else {})}

    def _whole(self) -> dict[str, Any]:
        bindings = {item.name: {"componentInputParameter": item.name} for item in self.inputs}
        return self._entry(self.main, (), bindings)

    def _exit_task(self) -> dict[str, Any]:
        bindings = {"status": {"taskFinalStatus": {"producerTask": self.main}}}
        entry = self._entry(self.exit, (self.main,), bindings)
        # Completed, not succeeded: it is there to tell of failures above all.
        return {**entry, "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}}

    def _run_inputs(self) -> dict[str, str]:
        needs_date = "logical_date" in self.plan.run.run_parameters.values()
        return {**RUN_INPUTS, **({"run_scheduled": SCHEDULE_TIME} if needs_date else {})}

    def _executors(self) -> dict[str, Any]:
        plan, maker = self.plan, self.containers
        containers = {
            self._executor(task.name): maker.of(task, self._inputs_of(task)) for task in plan.tasks
        }
        if plan.cleanup:
            containers[self._executor(plan.cleanup)] = maker.cleanup()
        if self.on_exit:
            containers[f"exec-{self.exit}"] = maker.on_exit(self.on_exit)
        return {label: {"container": container} for label, container in containers.items()}

    def _executor(self, name: str) -> str:
        return f"exec-{self.labels[name]}"

    def _platform(self) -> dict[str, Any]:
        plan, profile = self.plan, self.profile
        pods = {self._executor(task.name): profile.pod(plan, task) for task in plan.tasks}
        if plan.cleanup:
            pods[self._executor(plan.cleanup)] = profile.pod_of_cleanup(plan)
        if self.on_exit:
            pods[f"exec-{self.exit}"] = profile.pod_on_exit(plan)
        return {label: options for label, options in pods.items() if options}


def _input_definitions(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"inputDefinitions": {"parameters": dict(parameters)}} if parameters else {}


def _constant(text: str) -> dict[str, Any]:
    return {"runtimeValue": {"constant": text}}


def _free(name: str, names: set[str]) -> str:
    """Return a name that is not taken; kfp's loader confuses a component with its pipeline."""
    while name in names:
        name += "-task"
    return name


def _entries(parts: Mapping[str, Any], indent: int = 2) -> list[str]:
    return [block({name: value}, indent) for name, value in parts.items()]


def _fields(parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: value} for name, value in parts.items()]
