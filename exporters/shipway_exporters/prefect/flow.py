"""From a plan to the parts of a flow file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shipway.artifacts.descriptions import export_command, summary, task_doc, title, unless_set
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.python_literals import Call, Code, arguments, escaped, literal, string
from shipway.planner.plan import Plan, Task
from shipway_exporters.prefect.compute import limit
from shipway_exporters.prefect.flow_job import Jobs, constants, run_parameters
from shipway_exporters.prefect.flow_names import artifact_key, flow_function, variables
from shipway_exporters.prefect.flow_parameters import Argument, arguments_of
from shipway_exporters.prefect.notifications import hooks
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.retry import retry_options
from shipway_exporters.prefect.submission import submission

_CLEANUP = "clean up store"


class Lowering:
    """Turns one plan into what the template of the flow needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.jobs = Jobs(plan)
        self.limit = limit(plan)
        self.arguments = arguments_of(plan)
        self.function = flow_function(plan.name)
        self.settings = {task.name: list(_options(task, plan)) for task in plan.tasks}
        self.common_options = _common(list(self.settings.values()))
        self.has_retries = any(task.settings.retries for task in plan.tasks)
        self.has_timeout = any(task.settings.timeout for task in plan.tasks)
        labels = {task.name: task.label for task in plan.tasks}
        labels |= {plan.cleanup: _CLEANUP} if plan.cleanup else {}
        by_label = variables(labels.values(), [self.function, *(a.name for a in self.arguments)])
        self.variables = {name: by_label[label] for name, label in labels.items()}

    def context(self) -> dict[str, Any]:
        plan = self.plan
        jobs = {task.name: self.jobs.of(task) for task in plan.tasks}
        declarations = [argument.declaration for argument in self.arguments]
        return {
            "seal": seal_placeholder(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, "prefect")),
            **constants(plan),
            "has_hooks": any(hooks(plan.run)),
            **Place(plan).process.context(),
            **self._kedro(),
            "datasets": _datasets(jobs.values()),
            "artifact": string(artifact_key(plan.name)),
            "decorator": arguments(self._decorator(), 4),
            "function": self.function,
            "arguments": declarations,
            "has_any": any("Any" in line for line in declarations),
            "doc": list(self._doc()),
            **self._run(),
            "tasks": [*(self._task(t, jobs[t.name]) for t in plan.tasks), *self._cleanup()],
            "listed": self._task_dict(),
        }

    def _kedro(self) -> dict[str, Any]:
        """What the function of all tasks is made of: code for what the plan uses."""
        tasks = self.plan.tasks
        # Exit codes of `shipway.runtime` after which another try would end the same.
        errors = ["2: NoRetry", "7: NoRetry"] if self.has_retries else []
        errors += ["124: TimeoutError"] if self.has_timeout else []
        return {
            "has_retries": self.has_retries,
            "errors": f"{{{', '.join(errors)}}}" if errors else None,
            "has_env": any(task.settings.env for task in tasks),
            "has_secrets": any(task.settings.secrets for task in tasks),
            "slots": self._is_limited(),
            "one_by_one": self.limit == 1,
            "shared": arguments(self._task_decorator(), 4),
        }

    def _is_limited(self) -> bool:
        """One after another they run in a single thread: in their order, none waits for a later."""
        return self.limit not in (None, 1)

    def _task_decorator(self) -> Iterator[tuple[str, Any]]:
        yield "task_run_name", Code("lambda: context.TaskRunContext.get().task.name")
        yield from self.common_options
        if self.has_retries:
            condition = "lambda task, run, state: not isinstance(state.data, NoRetry)"
            yield "retry_condition_fn", Code(condition)
        # Results are the project's data, which its catalog keeps.
        yield "persist_result", False

    def _decorator(self) -> Iterator[tuple[str, Any]]:
        yield "name", self.plan.name
        if self.plan.run.description:
            yield "description", self.plan.run.description
        # Without a number the runner has as many threads as there are tasks
        # (`prefect.task_runners.ThreadPoolTaskRunner`, `sys.maxsize`).
        if self.limit == 1:
            yield "task_runner", Call("ThreadPoolTaskRunner", (), (("max_workers", 1),))
        yield from hooks(self.plan.run)
        yield "persist_result", False

    def _doc(self) -> Iterator[str]:
        """The flow's docstring, from which Prefect takes what its parameters mean."""
        yield escaped(summary(self.plan))
        if self.arguments:
            yield ""
            yield "Args:"
        for argument in self.arguments:
            yield f"    {argument.name}: {escaped(_argument_doc(argument))}"

    def _run(self) -> dict[str, str | None]:
        """What the flow begins with: the parameters of the run, and what its tasks share."""
        inputs = {a.parameter.name: Code(a.name) for a in self.arguments}
        params = run_parameters(self.plan)
        names = [(name, Code(name)) for name in ("stdin", "lifeline")]
        fields = [("job", self.jobs.run), *names, ("rows", {})]
        if self._is_limited():
            fields.append(("slots", Call("Semaphore", (self.limit,))))
        return {
            "inputs": _assignment("inputs", inputs) if inputs else None,
            "params": _assignment("params", params) if params else None,
            "run": _assignment("run", Call("SimpleNamespace", (), tuple(fields))),
        }

    def _task(self, task: Task, job: dict[str, Any]) -> str:
        options = dict(self._own(task))
        return submission(self.variables[task.name], options, {**job, **self._arguments(task)})

    def _own(self, task: Task) -> Iterator[tuple[str, Any]]:
        """What Prefect is told of this task alone."""
        yield "name", task.name
        if text := task_doc(task):
            yield "description", text
        # Kedro's own tags, by which runs of tasks can be filtered.
        if tags := sorted({tag for node in task.nodes for tag in node.tags}):
            yield "tags", tags
        for pair in self.settings[task.name]:
            # What all tasks share stands in the decorator, and `with_options` keeps it.
            if pair not in self.common_options:
                yield pair

    def _arguments(self, task: Task) -> dict[str, Any]:
        """What its process is given besides the job, and what it waits for."""
        settings = task.settings
        secrets = {n: (s.name, s.key) for n, s in sorted(settings.secrets.items())}
        values = {"env": dict(sorted(settings.env.items())), "secrets": secrets}
        return {**{k: v for k, v in values.items() if v}, **self._after(task.needs)}

    def _cleanup(self) -> Iterator[str]:
        """Yield the last task, which empties the store once all of the run has succeeded."""
        if name := self.plan.cleanup:
            job = {"nodes": {}, "clean_store": True, **self._after(self.plan.last)}
            yield submission(self.variables[name], {"name": name}, job)

    def _after(self, names: Sequence[str]) -> dict[str, Any]:
        return {"wait_for": [Code(self.variables[name]) for name in names]} if names else {}

    def _task_dict(self) -> str:
        """All tasks by name: a future knows neither its task's name nor what it was given."""
        tasks = {name: Code(variable) for name, variable in self.variables.items()}
        return literal(tasks, 8, 8 + len("tasks = "), 0)


def _assignment(name: str, value: Any) -> str:
    return literal(value, 4, 4 + len(f"{name} = "), 0)


def _datasets(jobs: Any) -> str:
    """Return source for what the nodes of a task read and write; some may have the name alone."""
    has_names_alone = any("" in job["nodes"].values() for job in jobs)
    text = '"; ".join(nodes.values())'
    return f'{text}.strip("; ")' if has_names_alone else text


def _argument_doc(argument: Argument) -> str:
    """One line: what the argument is in Kedro's words."""
    name = f"Kedro's `params:{argument.parameter.name}`."
    return f"{name} {unless_set(argument.parameter)}" if argument.parameter.source else name


def _options(task: Task, plan: Plan) -> Iterator[tuple[str, Any]]:
    """The settings that Prefect knows, under its names."""
    yield from retry_options(task, plan.options.get("jitter"))


def _common(per_task: Sequence[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    """What all tasks have in common goes to the decorator."""
    # In the order of the first task, so that the text does not change with a set's.
    return [pair for pair in per_task[0] if all(pair in pairs for pairs in per_task)]
