"""From a plan to the parts of a module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from shipway.artifacts.descriptions import export_command, summary, title
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.python_literals import Call, Code, arguments, escaped, literal, string
from shipway.planner.plan import Plan, Task, defaults
from shipway.tasks.job_variable import fitting_jobs
from shipway.tasks.package_variables import package_variable
from shipway.tasks.task_job import run_job, task_job
from shipway_exporters.containers.place import image_of, last_of_store, project_dir, python_of
from shipway_exporters.flyte import graph
from shipway_exporters.flyte.inputs import Input, inputs_of
from shipway_exporters.flyte.launch_plan import KICKOFF, has_kickoff, launch_plan
from shipway_exporters.flyte.names import functions
from shipway_exporters.flyte.options import TARGET
from shipway_exporters.flyte.pods import pod_template, shared_names
from shipway_exporters.flyte.tasks import decorator
from shipway_exporters.values.worker_python import python_variable

Pairs = Sequence[tuple[str, Any]]
_RUN = "run: dict[str, str]"


class Lowering:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.inputs = inputs_of(plan)
        self.functions = functions(plan, (item.name for item in self.inputs.values()))
        self.images = {task.name: image_of(plan, task, TARGET) for task in plan.tasks}
        self.pods = {task.name: pod_template(plan, task) for task in plan.tasks}
        self.pod_names = shared_names([*self.pods.values()])
        self.names_of_pods = {repr(pod): name for name, pod in self.pod_names.items()}
        self.jobs = fitting_jobs(plan, {task.name: task_job(plan, task) for task in plan.tasks})
        self.launch = launch_plan(plan)
        self.decorators = {task.name: self._decorator(task) for task in plan.tasks}

    def context(self) -> dict[str, Any]:
        plan = self.plan
        by_task = {task.name: graph.inputs_of_task(task, self.inputs) for task in plan.tasks}
        return {
            "seal": seal_placeholder(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, TARGET.name)),
            **self._place(),
            **self._constants(),
            **self._has(),
            "names": self._names(),
            "kedro": _signature("kedro", self._kedro()),
            "params": self._params(),
            "start": _decorated("task", self._of_run(plan.tasks[0])),
            "tasks": [*(self._task(t, by_task[t.name]) for t in plan.tasks), *self._cleanup()],
            "workflow": _decorated("workflow", self._docs()),
            "function": plan.name,
            "signature": _signature(plan.name, self._workflow_inputs()),
            "summary": escaped(summary(plan)),
            "nodes": list(graph.nodes(plan, self.functions, by_task)),
            "edges": graph.edges(plan, self.functions),
            "launch_plan": arguments(self.launch, 4) if self.launch else None,
        }

    def _place(self) -> dict[str, str]:
        """Where the project is, and its Python: variables say so where it is not in its image."""
        plan = self.plan
        root = (package_variable(plan.project, "ROOT"), project_dir(plan, TARGET))
        python = (python_variable(plan.project), python_of(plan))
        return {
            "root": _constant("PROJECT", Call("os.environ.get", root)),
            "python": _constant("PYTHON", Call("os.environ.get", python)),
        }

    def _constants(self) -> dict[str, Any]:
        values, image = defaults(self.plan), self._shared_image
        return {
            "job": _constant("JOB", run_job(self.plan)),
            "defaults": _constant("DEFAULTS", values) if values else None,
            "image": _constant("IMAGE", image) if image else None,
            "pods": [_constant(name, template) for name, template in self.pod_names.items()],
        }

    def _has(self) -> dict[str, bool]:
        settings = [task.settings for task in self.plan.tasks]
        return {
            "has_env": any(item.env for item in settings),
            "has_prefix": any(item.command_prefix for item in settings),
            "has_retries": any(item.retries for item in settings),
            "has_kickoff": has_kickoff(self.plan),
            "has_logical_date": "logical_date" in self.plan.run.run_parameters.values(),
        }

    def _kedro(self) -> Iterator[str]:
        """What the function of all tasks takes."""
        yield from ("name: str", _RUN)
        has = self._has()
        if has["has_prefix"]:
            yield "prefix: tuple[str, ...] = ()"
        if has["has_env"]:
            yield "env: dict[str, str] | None = None"
        yield "**job"

    def _names(self) -> set[str]:
        """What the module calls, and so imports."""
        plan = {"LaunchPlan"} if self.launch else set()
        return plan | names_in([self.decorators, self.pods, self.launch, self._docs()])

    def _params(self) -> str | None:
        """The parameters that a run fills in, over those that every run has."""
        facts = self.plan.run.run_parameters
        values = {name: Code(f"run[{string(fact)}]") for name, fact in sorted(facts.items())}
        return literal(values, 4, 4 + len("params = ")) if values else None

    @cached_property
    def _shared_image(self) -> str | None:
        different = {*self.images.values()}
        return different.pop() if len(different) == 1 else None

    def _decorator(self, task: Task) -> Pairs:
        return [*decorator(task, self._image(task), self._pod(task))]

    def _of_run(self, task: Task) -> Pairs:
        """Return the decorator of a task of no node: the place of another, and the usual retries.

        Flyte tries again by itself where it holds the system for the cause, and for a node that is
        evicted or an image that cannot be pulled only as often as the task says (flyteplugins,
        `flytek8s.DemystifyFailure`).
        """
        retries = Counter(each.settings.retries for each in self.plan.tasks).most_common(1)[0][0]
        pairs = [
            ("container_image", self._image(task)),
            ("retries", retries),
            ("pod_template", self._pod(task)),
        ]
        return [pair for pair in pairs if pair[1]]

    def _image(self, task: Task) -> Any:
        return Code("IMAGE") if self._shared_image else self.images[task.name]

    def _pod(self, task: Task) -> Code | None:
        name = self.names_of_pods.get(repr(self.pods[task.name]))
        return Code(name) if name else None

    def _task(self, task: Task, inputs: Sequence[Input]) -> dict[str, Any]:
        settings = {
            "prefix": task.settings.command_prefix,
            "env": dict(sorted(task.settings.env.items())),
        }
        values = {
            key: {i.parameter.name: Code(i.name) for i in inputs if i.is_json == is_json}
            for key, is_json in (("inputs", False), ("literals", True))
        }
        own = {key: value for key, value in {**settings, **values}.items() if value}
        return self._function(task.name, self.decorators[task.name], inputs, own)

    def _cleanup(self) -> Iterator[dict[str, Any]]:
        """Yield the last task, which empties the store once all of the run has succeeded."""
        if name := self.plan.cleanup:
            pairs = self._of_run(last_of_store(self.plan))
            yield self._function(name, pairs, [], {"nodes": {}, "clean_store": True})

    def _function(
        self, name: str, pairs: Pairs, inputs: Sequence[Input], own: Mapping[str, Any]
    ) -> dict[str, Any]:
        job = {**self.jobs.get(name, {}), **own}
        call = Call("kedro", (name, Code("run")), tuple(job.items()))
        return {
            "decorator": _decorated("task", pairs),
            "signature": _signature(self.functions[name], [_RUN, *_declarations(inputs)]),
            "call": literal(call, 4, 4, 0),
        }

    def _workflow_inputs(self) -> list[str]:
        kickoff = [f"{KICKOFF}: datetime = NO_KICKOFF"] if has_kickoff(self.plan) else []
        return [*(item.with_default for item in self.inputs.values()), *kickoff]

    def _docs(self) -> Pairs:
        if not (text := self.plan.run.description):
            return []
        # Flyte's own default is reStructuredText (`flytekit.models.documentation`).
        kind = Code("Description.DescriptionFormat.MARKDOWN")
        description = Call("Description", (), (("value", text), ("format", kind)))
        return [("docs", Call("Documentation", (), (("long_description", description),)))]


def names_in(value: Any) -> set[str]:
    """Return what a value calls, by the first part of its name."""
    if isinstance(value, Call):
        items = [*value.args, *(item for _, item in value.kwargs)]
        return {value.function.partition(".")[0]}.union(*map(names_in, items))
    if isinstance(value, Mapping):
        return set().union(*map(names_in, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(names_in, value))
    return set()


def _declarations(inputs: Sequence[Input]) -> Iterator[str]:
    return (item.declaration for item in inputs)


def _decorated(name: str, pairs: Pairs) -> str:
    """Return a decorator; without arguments it is no call."""
    return literal(Call(f"@{name}", (), tuple(pairs)), 0, 0, 0) if pairs else f"@{name}"


def _signature(function: str, inputs: Iterable[str]) -> str:
    return literal(Call(f"def {function}", tuple(map(Code, inputs))), 0, 0, len(" -> None:"))


def _constant(name: str, value: Any) -> str:
    return f"{name} = {literal(value, 0, len(f'{name} = '))}"
