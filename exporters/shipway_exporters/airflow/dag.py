"""From a plan to the parts of a DAG file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from shipway.artifact import unsealed
from shipway.errors import Finding, UnsupportedError
from shipway.literals import Call, Code, arguments, escaped, literal
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan, Schedule, Task
from shipway.python_names import BUILTINS, KEYWORDS
from shipway.texts import export_command, summary, task_doc, title
from shipway_exporters.airflow.assets import asset_of
from shipway_exporters.airflow.groups import group_ids_of, group_of, groups_of
from shipway_exporters.airflow.imports import (
    EARLY,
    airflow_imports,
    python_imports,
    timetable_of,
)
from shipway_exporters.airflow.operator import operator, told
from shipway_exporters.airflow.texts import markdown
from shipway_exporters.airflow.values import start_of, to_param, to_timedelta, to_utc

_NAMES_USED = frozenset(
    {"dag", "json", "os", "re", "signal", "subprocess", "tempfile"}
    | {"contextlib", "threading", "timedelta", "timezone", "datetime", "annotations"}
    | KEYWORDS
    | BUILTINS
)
_VARIABLES = NameRules(
    allowed=r"[a-z0-9_]", first=r"[a-z_]", prefix="n_", longest=60, lower=True, reserved=_NAMES_USED
)


_CLEANUP = "clean up store"


class Lowering:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.version = str(plan.options.get("version", "3"))
        self.is_2 = self.version.startswith("2")
        self.is_early = self.version in EARLY
        if plan.options.get("run_on", "local") != "local":
            raise UnsupportedError(_only_local(plan))
        self.settings = {task.name: _task_settings(task, self) for task in plan.tasks}
        self.shared = _shared(list(self.settings.values()))
        self.groups = groups_of(plan)
        labels = [*(task.label for task in plan.tasks), *(f"{g} group" for g in self.groups)]
        labels += [_CLEANUP] if plan.cleanup else []
        self.variables = assign(labels, _VARIABLES)
        self.group_ids = group_ids_of(plan, self.groups)

    def context(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "seal": unsealed(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, "airflow")),
            "imports": python_imports(plan, self._calls()),
            "airflow_imports": airflow_imports(plan, self.version),
            **operator(plan, self.is_2),
            "dag": arguments(self._dag(), 4),
            "groups": [self._group(namespace) for namespace in self.groups],
            "tasks": [*(self._task(task) for task in plan.tasks), *self._cleanup()],
            "edges": [*self._edges(), *self._last_edge()],
        }

    def _asset(self, dataset: str) -> Call:
        return asset_of(self.plan, dataset, self.version)

    def _calls(self) -> set[str]:
        """The names of `datetime` that the file uses."""
        dated = any(name == "start_date" for name, _ in self._dag())
        values = (value for settings in self.settings.values() for _, value in settings)
        paused = any(isinstance(value, Call) and value.function == "timedelta" for value in values)
        return ({"datetime", "timezone"} if dated else set()) | ({"timedelta"} if paused else set())

    def _dag(self) -> Iterator[tuple[str, Any]]:
        plan, run = self.plan, self.plan.run
        yield "dag_id", plan.name
        yield "schedule", self._schedule(run.schedule)
        start = start_of(run.schedule)
        if start or self.is_2:
            yield "start_date", start or to_utc(datetime(2024, 1, 1, tzinfo=timezone.utc))
        yield "catchup", bool(run.schedule and run.schedule.catchup)
        if run.runs is not None:
            yield "max_active_runs", run.runs
        if run.parallel_tasks is not None:
            yield "max_active_tasks", run.parallel_tasks
        if self.shared:
            yield "default_args", dict(self.shared)
        if plan.parameters:
            yield "params", {p.name: to_param(p) for p in plan.parameters}
        if run.labels:
            yield "tags", [f"{key}:{value}" for key, value in run.labels.items()]
        yield "doc_md", markdown(run.description or summary(plan))

    def _schedule(self, schedule: Schedule | None) -> Any:
        if schedule is None:
            return None
        if schedule.cron is None:
            return [self._asset(name) for name in sorted(schedule.datasets)]
        timetable = str(timetable_of(self.plan))
        return Call(timetable, (schedule.cron,), (("timezone", schedule.timezone),))

    def _group(self, namespace: str) -> str:
        parent, _, last = namespace.rpartition(".")
        pairs: list[tuple[str, Any]] = [("group_id", self.group_ids[namespace])]
        if last != self.group_ids[namespace]:
            pairs.append(("tooltip" if self.is_2 else "group_display_name", last))
        pairs.append(("prefix_group_id", False))
        if parent:
            pairs.append(("parent_group", Code(self.variables[f"{parent} group"])))
        name = self.variables[f"{namespace} group"]
        call = Call("TaskGroup", (), tuple(pairs))
        return f"{name} = {literal(call, 4, 4 + len(name) + 3)}"

    def _cleanup(self) -> list[dict[str, str]]:
        """The last task, which empties the store."""
        if self.plan.cleanup is None:
            return []
        pairs: list[tuple[str, Any]] = [("task_id", self.plan.cleanup)]
        pairs.append(("doc_md", "Removes what the run has stored, once all of it has succeeded."))
        made = {"variable": self.variables[_CLEANUP], "operator": "CleanUpTask"}
        return [{**made, "arguments": arguments(pairs, 8)}]

    def _last_edge(self) -> Iterator[str]:
        if self.plan.cleanup is None:
            return
        labels = {task.name: self.variables[task.label] for task in self.plan.tasks}
        yield self._edge([labels[name] for name in self.plan.last], self.variables[_CLEANUP])

    def _task(self, task: Task) -> dict[str, str]:
        return {
            "operator": "KedroTask",
            "variable": self.variables[task.label],
            "arguments": arguments(self._task_arguments(task), 8),
        }

    def _task_arguments(self, task: Task) -> Iterator[tuple[str, Any]]:
        yield "task_id", task.name
        if task.name != task.label:
            yield "task_display_name", task.label
        yield from told(self.plan, task)
        if group := group_of(task):
            yield "task_group", Code(self.variables[f"{group} group"])
        for name, value in self.settings[task.name]:
            if (name, value) not in self.shared:
                yield name, value
        if task.settings.env:
            yield "env", dict(sorted(task.settings.env.items()))
        if outlets := self.plan.announced.get(task.name):
            yield "outlets", [self._asset(name) for name in outlets]
        if text := task_doc(task):
            yield "doc_md", markdown(text)

    def _edges(self) -> Iterator[str]:
        labels = {task.name: self.variables[task.label] for task in self.plan.tasks}
        for task in self.plan.tasks:
            if task.needs:
                yield self._edge([labels[name] for name in task.needs], labels[task.name])

    def _edge(self, parents: Sequence[str], child: str) -> str:
        ends = f" >> {child}"
        if len(parents) == 1:
            return f"{parents[0]}{ends}"
        return literal([Code(name) for name in parents], 4, 4, len(ends)) + ends


def _only_local(plan: Plan) -> Finding:
    return Finding(
        what=f"Tasks can run on the worker itself, not yet on {plan.options['run_on']}.",
        where="targets.airflow.run_on",
        remedy="Set `run_on: local`, or leave it out.",
    )


def _task_settings(task: Task, lowering: Lowering) -> list[tuple[str, Any]]:
    """The settings that every operator of Airflow knows."""
    settings = task.settings
    found: list[tuple[str, Any]] = []
    if lowering.plan.run.owner:
        found.append(("owner", lowering.plan.run.owner))
    if settings.retries is not None:
        found.append(("retries", settings.retries))
    if settings.retry_delay is not None:
        found.append(("retry_delay", to_timedelta(settings.retry_delay)))
    if settings.retry_backoff is not None and settings.retry_backoff > 1:
        found.append(("retry_exponential_backoff", _backoff(task, lowering)))
    if settings.timeout is not None:
        found.append(("execution_timeout", to_timedelta(settings.timeout)))
    return found


def _backoff(task: Task, lowering: Lowering) -> bool | float:
    """Releases before 3.2 know only doubling, and say it as `True`; later ones want the factor.

    Source: Airflow, `BaseOperator.retry_exponential_backoff` (bool before task SDK 1.2).
    """
    factor = task.settings.retry_backoff or 1.0
    if not lowering.is_early:
        return factor
    if factor != 2:
        raise UnsupportedError(
            Finding(
                what=f"Airflow {lowering.version} can double a pause, not multiply it by {factor}.",
                where=task.settings.places.get("retry_backoff"),
                remedy="Set `retry_backoff: 2`, or a later `version` under targets.airflow.",
            )
        )
    return True


def _shared(per_task: Sequence[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    """What all tasks have in common goes to `default_args`."""
    if not per_task:
        return []
    return [pair for pair in per_task[0] if all(pair in pairs for pairs in per_task)]
