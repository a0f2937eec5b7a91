"""What the tasks of a run are told: a job for `shipway.runtime`, in a variable of its process.

A task's job is the run's, with what is the task's own over it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Code
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task, defaults
from shipway.runtime.fields import VARIABLE
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers.arguments import no_interval
from shipway_exporters.prefect.options import TARGET
from shipway_exporters.prefect.retry import seconds
from shipway_exporters.python_files.job_source import told

_FACTS: Mapping[str, str] = {
    "run_id": "str(this_run.flow_run.id)",
    "created": "this_run.flow_run.start_time.isoformat()",
    "logical_date": "this_run.flow_run.expected_start_time.isoformat()",
}
"""The first start of a run stays when it is tried again; so does the time it was scheduled for."""
_LONGEST_FACT = "x" * 40
"""As long as an id, or a moment."""


class Jobs:
    """The jobs of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.usual_timeout = Counter(t.settings.timeout for t in plan.tasks).most_common(1)[0][0]
        self.run = dict(self._run())
        self._size = len(json.dumps(self._of_a_run()))

    def of(self, task: Task) -> dict[str, Any]:
        """Return what is a task's own; of very many nodes, the names alone.

        The digest of their pipeline says whether they are what was exported, as well.

        Raises:
            UnsupportedError: that is too much for a variable all the same.
        """
        own = dict(told(self.plan, task))
        if task.settings.timeout != self.usual_timeout:
            own["timeout"] = _seconds(task.settings.timeout)
        if self._size_with(task, own) > LONGEST_ARGUMENT:
            own["nodes"] = dict.fromkeys(own["nodes"], "")
        if (size := self._size_with(task, own)) > LONGEST_ARGUMENT:
            raise UnsupportedError(_too_long(task, size))
        return own

    def _run(self) -> Iterator[tuple[str, Any]]:
        """What all tasks are told; names stand for what is made, or stands, elsewhere."""
        plan = self.plan
        yield from (("package", plan.project), ("flow", plan.name))
        yield from (("run_id", Code(_FACTS["run_id"])), ("created", Code(_FACTS["created"])))
        yield "exported", plan.pipeline
        given = {"env": plan.env, "conf_source": plan.configuration}
        yield from ((name, value) for name, value in given.items() if value)
        yield "digests", Code("PIPELINES")
        if plan.stored:
            yield "store", Code("STORE")
        if plan.run.load_versions:
            yield "load_versions", Code("LOAD_VERSIONS")
        params = {"PARAMETERS": plan.constants, "params": plan.run.run_parameters}
        if used := [name for name, values in params.items() if values]:
            yield "params", Code(" | ".join(used))
        if plan.parameters:
            yield "inputs", Code("inputs")
            values = "dict(zip(inputs, this_run.flow.fn.__defaults__, strict=True))"
            yield "defaults", Code(values)
        if self.usual_timeout:
            yield "timeout", _seconds(self.usual_timeout)
        yield "until_stdin_ends", True

    def _of_a_run(self) -> dict[str, Any]:
        """Return the same in a run with nothing set."""
        plan = self.plan
        stand_ins: Mapping[str, Any] = {
            "digests": dict(plan.homes),
            "store": plan.run.store,
            "load_versions": dict(plan.run.load_versions),
            "params": {**plan.constants, **dict.fromkeys(plan.run.run_parameters, _LONGEST_FACT)},
            "inputs": defaults(plan),
            "defaults": defaults(plan),
        }
        return {
            name: stand_ins.get(name, _LONGEST_FACT) if isinstance(value, Code) else value
            for name, value in self.run.items()
        }

    def _size_with(self, task: Task, own: Mapping[str, Any]) -> int:
        """Return the bytes of the variable, as the flow makes it."""
        return len(f"{VARIABLE}={json.dumps({'task': task.name, **own})}") + self._size


def filled(plan: Plan) -> dict[str, Code]:
    """Return the parameters that Prefect fills in, each with the fact that it holds.

    Raises:
        UnsupportedError: a run of Prefect has no such fact.
    """
    for name, fact in plan.run.run_parameters.items():
        if fact not in _FACTS:
            raise UnsupportedError(no_interval(plan, name, TARGET))
    return {name: Code(_FACTS[fact]) for name, fact in sorted(plan.run.run_parameters.items())}


def _seconds(timeout: float | None) -> float | int | None:
    return None if timeout is None else seconds(timeout)


def _too_long(task: Task, size: int) -> Finding:
    return Finding(
        what=f"What the task is told takes {size:,} bytes; a variable takes {LONGEST_ARGUMENT:,}.",
        where=f"the task `{task.label}`",
        remedy="Let fewer nodes share it, or list under `parameters` those that may be set.",
    )
