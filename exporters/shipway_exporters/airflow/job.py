"""What the tasks of a DAG file tell `shipway.runtime`: all of them, and each one.

The keys are those of `shipway.runtime.job`. The operator adds what only a run knows, and hands all
of it over in one variable of the environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.planner.plan import Plan, Task, defaults
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway.tasks.signature import signature

_FACTS = 4096
"""Bytes for what a run adds, its id of at most 250 characters among them, and for the names."""


class Jobs:
    """The jobs of one plan: what is in common, and what each task adds.

    Raises:
        UnsupportedError: a variable cannot hold what a task is told.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.common = _filled(
            package=plan.project,
            exported=plan.pipeline,
            flow=plan.name,
            env=plan.env,
            conf_source=plan.configuration,
            digests=dict(plan.homes),
            store=plan.run.store if plan.stored else None,
            load_versions=dict(plan.run.load_versions),
            params=dict(plan.constants),
        )
        # A form hands over every parameter, beside what each was before.
        handed_over = 2 * _length(defaults(plan))
        self._parameters = handed_over + _length(dict(plan.constants))
        self._room = LONGEST_ARGUMENT - _FACTS - _length(self.common) - handed_over
        self.of = {task.name: self._short(_job(plan, task)) for task in plan.tasks}
        if findings := tuple(self._too_long()):
            raise UnsupportedError(*findings)

    def _short(self, job: dict[str, Any]) -> dict[str, Any]:
        """Tell of very many nodes the names alone.

        The digest of their pipeline says whether they are what was exported, as well.
        """
        return job if _length(job) <= self._room else {**job, "nodes": list(job["nodes"])}

    def _too_long(self) -> Iterator[Finding]:
        excess = {name: _length(job) - self._room for name, job in self.of.items()}
        if max(excess.values(), default=0) > 0 and self._parameters > LONGEST_ARGUMENT / 2:
            yield self._too_many_parameters()
            return
        for name, size in excess.items():
            if size > 0:
                yield _too_many_nodes(self.plan.task_by_name[name], LONGEST_ARGUMENT + size)

    def _too_many_parameters(self) -> Finding:
        return Finding(
            what=f"What a task is told of parameters takes {self._parameters:,} bytes in the "
            f"environment of its process; Linux takes {LONGEST_ARGUMENT:,}, for all it is told.",
            where=self.plan.run.places.get("parameters", "parameters, which is not set"),
            remedy="List under `parameters` those that may be set; others keep their value.",
        )


def _too_many_nodes(task: Task, size: int) -> Finding:
    return Finding(
        what=f"What a task of {count(len(task.nodes), 'node')} is told takes {size:,} bytes in the "
        f"environment of its process; Linux takes {LONGEST_ARGUMENT:,}.",
        where=f"the task `{task.label}`",
        remedy="Let fewer nodes share it: see `group_by`, or `groups`.",
    )


def carried(plan: Plan) -> dict[str, Mapping[str, Sequence[str]]]:
    """Return what only some tasks tell of their datasets, by task."""
    return {"from_run": plan.from_run, "before_run": plan.before_run, "stored": plan.stored}


def _job(plan: Plan, task: Task) -> dict[str, Any]:
    return _filled(
        pipeline=task.pipeline,
        nodes={node.name: signature(node) for node in task.nodes},
        **{name: list(by_task.get(task.name, ())) for name, by_task in carried(plan).items()},
    )


def _filled(**job: Any) -> dict[str, Any]:
    return {key: value for key, value in job.items() if value}


def _length(value: Any) -> int:
    return len(json.dumps(value))
