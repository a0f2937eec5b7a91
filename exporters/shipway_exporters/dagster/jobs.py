"""The jobs of a file's tasks: what `shipway.runtime` takes, in a variable of its process.

A task's job is the run's, with what is the task's own over it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from shipway.artifacts.python_literals import Code
from shipway.planner.plan import Plan, Task
from shipway.runtime.fields import VARIABLE
from shipway.tasks.job_variable import fitting_jobs
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway.tasks.task_job import run_job, task_job
from shipway_exporters.values.seconds import seconds

LONGEST_JOB = LONGEST_ARGUMENT - len(f"{VARIABLE}=")
"""Bytes of a job, beside the name of its variable."""
FACTS: Mapping[str, str] = {
    "run_id": "first.dagster_run.run_id",
    "created": "first.create_timestamp.isoformat()",
    "logical_date": "first.dagster_run.tags.get(SCHEDULED, created)",
}
"""Facts of a run, from the record of the first: what is executed again keeps them."""


class Jobs:
    """The jobs of one plan: what is in common, and what each task adds.

    Raises:
        UnsupportedError: a variable cannot hold a job.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.usual_timeout = Counter(t.settings.timeout for t in plan.tasks).most_common(1)[0][0]
        self._by_task = fitting_jobs(plan, {task.name: self._own(task) for task in plan.tasks})

    @property
    def run(self) -> dict[str, Any]:
        """What is in common."""
        timeout = {"timeout": _seconds(self.usual_timeout)} if self.usual_timeout else {}
        # A step that is killed closes the pipe, and its task ends with it.
        return {**run_job(self.plan), **timeout, "until_stdin_ends": True}

    def of(self, task: Task) -> dict[str, Any]:
        """Return what is a task's own; of very many nodes, the names alone."""
        return self._by_task[task.name]

    def _own(self, task: Task) -> dict[str, Any]:
        own = task_job(self.plan, task)
        # The usual one stands once, in what all jobs have.
        if task.settings.timeout != self.usual_timeout:
            own["timeout"] = _seconds(task.settings.timeout)
        return own


def run_parameters(plan: Plan) -> dict[str, Code]:
    """Return the parameters that Dagster fills in, each with the fact that it holds."""
    return {name: Code(FACTS[fact]) for name, fact in sorted(plan.run.run_parameters.items())}


def _seconds(timeout: float | None) -> float | int | None:
    return None if timeout is None else seconds(timeout)
