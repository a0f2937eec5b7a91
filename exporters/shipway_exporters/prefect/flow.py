"""From a plan to the parts of a flow file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.artifact import unsealed
from shipway.errors import Finding, UnsupportedError
from shipway.job import constants, facts, optional, told
from shipway.literals import Call, Code, arguments, columns, escaped, literal, string
from shipway.planner.plan import Plan, Task
from shipway.texts import export_command, summary, task_doc, title, unless_set
from shipway_exporters.prefect.compute import tasks_at_once
from shipway_exporters.prefect.names import artifact_key, flow_function, variables
from shipway_exporters.prefect.parameters import Argument, arguments_of
from shipway_exporters.prefect.place import Place
from shipway_exporters.prefect.retry import retry_options, seconds

_CLEANUP = "clean up store"
_FACTS: Mapping[str, str] = {
    "run_id": "flow_run.id",
    "logical_date": "flow_run.scheduled_start_time.isoformat()",
}


class Lowering:
    """Turns one plan into what the template of the flow needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.place = Place(plan)
        self.arguments = arguments_of(plan)
        self.function = flow_function(plan.name)
        self.settings = {task.name: list(_options(task, plan)) for task in plan.tasks}
        self.shared = _shared(list(self.settings.values()))
        self.has_retries = any(task.settings.retries for task in plan.tasks)
        labels = [*(task.label for task in plan.tasks), *([_CLEANUP] if plan.cleanup else [])]
        self.usual_timeout = Counter(t.settings.timeout for t in plan.tasks).most_common(1)[0][0]
        self.awaited = {name for task in plan.tasks for name in task.needs}
        self.awaited |= set(plan.last) if plan.cleanup else set()
        self.variables = variables(labels, [self.function, *(a.name for a in self.arguments)])

    def context(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "seal": unsealed(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, "prefect")),
            "package": string(plan.project),
            "flow": string(plan.name),
            "run_id": _FACTS["run_id"],
            **self.place.context(),
            **constants(plan),
            "facts": facts(plan),
            "more": list(optional(plan)),
            "settable": bool(plan.parameters),
            "filled": bool(plan.run.run_parameters),
            "has_retries": self.has_retries,
            "has_env": any(task.settings.env for task in plan.tasks),
            "has_secrets": any(task.settings.secrets for task in plan.tasks),
            **self._timeout(),
            "artifact": string(artifact_key(plan.name)),
            "shared": arguments(self._task_decorator(), 4),
            "decorator": arguments(self._decorator(), 4),
            "function": self.function,
            "arguments": [argument.declaration for argument in self.arguments],
            "doc": list(self._doc()),
            "given": self._given(),
            "tasks": [*map(self._task, plan.tasks), *self._cleanup()],
            "cleans": plan.cleanup is not None,
        }

    def _timeout(self) -> dict[str, Any]:
        """The time-out that most tasks have is a default."""
        given = [task.settings.timeout for task in self.plan.tasks]
        kind = "float | None" if None in given else "float"
        default = literal(_seconds(self.usual_timeout))
        return {"has_timeout": any(given), "timeout": default, "timeout_type": kind}

    def _runner(self) -> str:
        return literal(
            Call("ThreadPoolTaskRunner", (), (("max_workers", tasks_at_once(self.plan)),))
        )

    def _task_decorator(self) -> Iterator[tuple[str, Any]]:
        yield from self.shared
        if self.has_retries:
            condition = "lambda task, run, state: not isinstance(state.data, NoRetry)"
            yield "retry_condition_fn", Code(condition)
        yield "cache_policy", Code("NO_CACHE")
        yield "persist_result", False

    def _decorator(self) -> Iterator[tuple[str, Any]]:
        yield "name", self.plan.name
        if self.plan.run.description:
            yield "description", self.plan.run.description
        yield "task_runner", Code(self._runner())
        yield "persist_result", False

    def _doc(self) -> Iterator[str]:
        """The flow's docstring, from which Prefect takes what its parameters mean."""
        yield escaped(summary(self.plan))
        if self.arguments:
            yield ""
            yield "Args:"
        for argument in self.arguments:
            yield f"    {argument.name}: {escaped(_described(argument))}"

    def _given(self) -> str:
        """The call that gives a run its parameters, by dotted names."""
        inputs = {a.parameter.name: Code(a.name) for a in self.arguments}
        call = Call("KedroRun", (inputs,) if inputs else (), tuple(self._filled()))
        return f"    run = {literal(call, 4, 10, 0)}"

    def _filled(self) -> Iterator[tuple[str, Any]]:
        params: dict[str, Any] = {}
        for name, fact in sorted(self.plan.run.run_parameters.items()):
            if fact not in _FACTS:
                raise UnsupportedError(_no_interval(self.plan, name))
            params[name] = Code(_FACTS[fact])
        if params:
            yield "params", params

    def _task(self, task: Task) -> str:
        pairs = [*told(self.plan, task), *self._after(task.needs), *self._own(task)]
        call = Call("run.task", (task.name,), tuple(pairs))
        if task.name not in self.awaited:
            return f"    {literal(call, 4, 4, 0)}"
        head = f"{self.variables[task.label]} = "
        return f"    {head}{literal(call, 4, 4 + columns(head), 0)}"

    def _cleanup(self) -> Iterator[str]:
        """Yield the last task, which empties the store."""
        if self.plan.cleanup is not None:
            after = tuple(self._after(self.plan.last))
            call = Call("run.clean_up", (self.plan.cleanup,), after)
            yield f"    {literal(call, 4, 4, 0)}"

    def _after(self, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
        if names:
            by_name = self.plan.task_by_name
            yield "after", [Code(self.variables[by_name[name].label]) for name in names]

    def _own(self, task: Task) -> Iterator[tuple[str, Any]]:
        """What only this task has."""
        settings = task.settings
        if settings.timeout != self.usual_timeout:
            yield "timeout", _seconds(settings.timeout)
        if settings.env:
            yield "env", dict(sorted(settings.env.items()))
        if settings.secrets:
            yield "secrets", {n: (s.name, s.key) for n, s in sorted(settings.secrets.items())}
        if "{" in task.name or "}" in task.name:
            yield "task_run_name", task.name.replace("{", "{{").replace("}", "}}")
        if text := task_doc(task):
            yield "description", text
        if tags := sorted({tag for node in task.nodes for tag in node.tags}):
            yield "tags", tags
        for pair in self.settings[task.name]:
            if pair not in self.shared:
                yield pair


def _seconds(timeout: float | None) -> float | int | None:
    return None if timeout is None else seconds(timeout)


def _described(argument: Argument) -> str:
    """One line: what the argument is in Kedro's words."""
    name = f"Kedro's `params:{argument.parameter.name}`."
    return f"{name} {unless_set(argument.parameter)}" if argument.parameter.source else name


def _options(task: Task, plan: Plan) -> Iterator[tuple[str, Any]]:
    """The settings that Prefect knows, under its names."""
    yield from retry_options(task, plan.options.get("jitter"))


def _shared(per_task: Sequence[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    """What all tasks have in common goes to the decorator."""
    return [pair for pair in per_task[0] if all(pair in pairs for pairs in per_task)]


def _no_interval(plan: Plan, name: str) -> Finding:
    return Finding(
        what=f"A run of Prefect has no interval that could fill `{name}`.",
        where=plan.run.places.get("run_parameters"),
        remedy="Use `logical_date`: the time for which the run was scheduled.",
    )
