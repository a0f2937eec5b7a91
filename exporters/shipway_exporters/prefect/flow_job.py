"""The jobs of a flow's tasks: what `shipway.runtime` takes, in a variable of its process.

A task's job is the run's, with what is the task's own over it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Code, literal
from shipway.planner.plan import Plan, Task
from shipway.tasks.job_variable import fitting_jobs
from shipway.tasks.task_job import run_job, task_job
from shipway_exporters.values.seconds import seconds

FACTS: Mapping[str, str] = {
    "run_id": "str(this_run.flow_run.id)",
    "created": "this_run.flow_run.start_time.isoformat()",
    "logical_date": "this_run.flow_run.expected_start_time.isoformat()",
}
"""The first start of a run stays when it is tried again; so does the time it was scheduled for."""
_CONSTANTS: Mapping[str, str] = {
    "params": "PARAMETERS",
    "digests": "PIPELINES",
    "load_versions": "LOAD_VERSIONS",
    "store": "STORE",
}
"""Constants of a flow that hold a part of the run's job, by its key there."""


class Jobs:
    """The jobs of one plan: what is in common, and what each task adds.

    Raises:
        UnsupportedError: a variable cannot hold a job.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.usual_timeout = Counter(t.settings.timeout for t in plan.tasks).most_common(1)[0][0]
        self.run = dict(self._run())
        self._by_task = fitting_jobs(plan, {task.name: self._own(task) for task in plan.tasks})

    def of(self, task: Task) -> dict[str, Any]:
        """Return what is a task's own; of very many nodes, the names alone."""
        return self._by_task[task.name]

    def _own(self, task: Task) -> dict[str, Any]:
        own = task_job(self.plan, task)
        # The usual one stands once, in what all jobs have.
        if task.settings.timeout != self.usual_timeout:
            own["timeout"] = _seconds(task.settings.timeout)
        return own

    def _run(self) -> Iterator[tuple[str, Any]]:
        """Yield what is in common; names stand for what is computed, or defined, elsewhere."""
        job = run_job(self.plan)
        # First for who reads the file: what runs, then as which run.
        yield from ((key, job.pop(key)) for key in ("package", "flow"))
        yield from (("run_id", Code(FACTS["run_id"])), ("created", Code(FACTS["created"])))
        for key, value in job.items():
            if key != "params":
                yield key, Code(_CONSTANTS[key]) if key in _CONSTANTS else value
        params = {_CONSTANTS["params"]: self.plan.constants, "params": self.plan.run.run_parameters}
        if used := [name for name, values in params.items() if values]:
            yield "params", Code(" | ".join(used))
        if self.plan.parameters:
            yield "inputs", Code("inputs")
            # The function has them already (Python, `function.__defaults__`), so none stands twice.
            values = "dict(zip(inputs, this_run.flow.fn.__defaults__, strict=True))"
            yield "defaults", Code(values)
        if self.usual_timeout:
            yield "timeout", _seconds(self.usual_timeout)
        # A flow that is killed closes the pipe, and its tasks end with it.
        yield "until_stdin_ends", True


def constants(plan: Plan) -> dict[str, str | None]:
    """Return the source of each constant of the flow, by its lower-case name; `None` for none."""
    job = run_job(plan)
    return {
        name.lower(): literal(job[key], 0, len(f"{name} = ")) if key in job else None
        for key, name in _CONSTANTS.items()
    }


def written_out(job: Mapping[str, Any], module: Mapping[str, Any]) -> dict[str, Any]:
    """Return the job of a run as a flow has it, with the values of the flow's constants.

    Args:
        module: the values of the constants, by name.
    """
    names = {key: _words(value) & set(_CONSTANTS.values()) for key, value in job.items()}
    literals = {key: value for key, value in job.items() if not isinstance(value, Code)}
    return {**literals, **{key: module[name] for key, of in names.items() for name in of}}


def _words(value: Any) -> set[str]:
    """`PARAMETERS | params` has two: constants, and what a run fills in."""
    return set(value.source.split(" | ")) if isinstance(value, Code) else set()


def run_parameters(plan: Plan) -> dict[str, Code]:
    """Return the parameters that Prefect fills in, each with the fact that it holds."""
    return {name: Code(FACTS[fact]) for name, fact in sorted(plan.run.run_parameters.items())}


def _seconds(timeout: float | None) -> float | int | None:
    return None if timeout is None else seconds(timeout)
