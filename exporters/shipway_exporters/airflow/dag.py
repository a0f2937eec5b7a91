"""From a plan to the parts of a DAG file."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from shipway.artifact import unsealed
from shipway.command import (
    configuration_options,
    pipeline_option,
    takes_dollar_braces,
    version_options,
)
from shipway.errors import Finding, UnsupportedError
from shipway.literals import Call, Code, arguments, escaped, literal, string
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan, Schedule, Task
from shipway.signature import signature
from shipway_exporters.airflow.groups import group_ids_of, group_of, groups_of
from shipway_exporters.airflow.texts import command, markdown, summary, task_doc
from shipway_exporters.airflow.values import start_of, to_param, to_timedelta, to_utc

_NAMES_USED = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, "dag", "json", "os", "re", "signal", "subprocess"}
    | {"tempfile", "contextlib", "timedelta", "timezone", "datetime", "annotations"}
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
        self.is_early = self.version in ("2.11", "3.0", "3.1")
        if plan.options.get("run_on", "local") != "local":
            raise UnsupportedError(_only_local(plan))
        self.is_runtime = plan.run.run_with != "kedro"
        self.has_parameters = bool(plan.parameters or plan.constants or plan.run.run_parameters)
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
            "title": escaped(f"Kedro pipeline {plan.pipeline} of {plan.project}."),
            "command": escaped(command(plan)),
            "imports": self._imports(),
            "airflow_imports": self._airflow_imports(),
            "is_runtime": self.is_runtime,
            "more": self._more(),
            "has_env": any(task.settings.env for task in plan.tasks),
            "has_parameters": self.has_parameters,
            "settable": bool(plan.parameters),
            "constants": literal(dict(plan.constants), 0, 13) if plan.constants else None,
            "pipelines": literal(dict(plan.homes), 0, 12),
            "store": string(plan.run.store) if plan.stored and plan.run.store else None,
            "load_versions": literal(dict(plan.run.load_versions), 0, 16)
            if plan.run.load_versions
            else None,
            "facts": self._facts(),
            "run_parameters": [
                {"name": string(name), "value": _FACTS[fact]}
                for name, fact in sorted(plan.run.run_parameters.items())
            ],
            "has_moments": bool(set(plan.run.run_parameters.values()) - {"run_id"}),
            "pipeline_option": pipeline_option(plan),
            "takes_dollar_braces": takes_dollar_braces(plan),
            "configuration": [
                string(word) for word in (*configuration_options(plan), *version_options(plan))
            ],
            "package": string(plan.project),
            "created": _CREATED_2 if self.is_2 else _CREATED,
            "called": "shipway.runtime" if self.is_runtime else "kedro run",
            "cleans": plan.cleanup is not None,
            "root": self._root(),
            "python": string(str(plan.options.get("python", ".venv/bin/python"))),
            "project_dir": string(plan.run.project_dir or "."),
            "dag": arguments(self._dag(), 4),
            "groups": [self._group(namespace) for namespace in self.groups],
            "tasks": [*(self._task(task) for task in plan.tasks), *self._cleanup()],
            "edges": [*self._edges(), *self._last_edge()],
        }

    def _imports(self) -> list[str]:
        used = {"os", "signal", "subprocess", "contextlib"}
        if self.is_runtime:
            used |= {"json", "tempfile"}
        elif self.has_parameters:
            used |= {"json", "re", "tempfile"}
        times = {name for name, needed in self._times() if needed}
        lines = [f"import {name}" for name in sorted(used)]
        if times:
            lines.append(f"from datetime import {', '.join(sorted(times))}")
        return [*lines, "from pathlib import Path", "from typing import Any"]

    def _times(self) -> Iterator[tuple[str, bool]]:
        dated = any(name == "start_date" for name, _ in self._dag())
        yield "datetime", dated
        yield "timezone", dated
        yield (
            "timedelta",
            any(
                isinstance(value, Call) and value.function == "timedelta"
                for settings in self.settings.values()
                for _, value in settings
            ),
        )

    def _airflow_imports(self) -> list[str]:
        plan, schedule = self.plan, self.plan.run.schedule
        timetable = self._timetable() if schedule and schedule.cron else None
        names = {"DAG", "BaseOperator"}
        names |= {"Param"} if plan.parameters else set()
        names |= {"TaskGroup"} if self.groups else set()
        names |= {"Variable"} if "variable" in plan.options.get("root", {}) else set()
        names |= {self._asset_class} if self._assets() else set()
        names |= {timetable} if timetable and not self.is_early else set()
        early = [f"from {_TIMETABLES[timetable]} import {timetable}"] if timetable else []
        if self.is_2:
            return sorted([f"from {_HOMES_2[name]} import {name}" for name in names] + early)
        line = f"from airflow.sdk import {', '.join(sorted(names, key=_import_order))}"
        return [line, *(early if self.is_early else [])]

    @property
    def _asset_class(self) -> str:
        return "Dataset" if self.is_2 else "Asset"

    def _assets(self) -> bool:
        schedule = self.plan.run.schedule
        return bool(self.plan.announced or (schedule and schedule.datasets))

    def _asset(self, dataset: str) -> Call:
        """Names carry the project: two DAGs that give one asset two URIs fail at run time."""
        uri = f"kedro://{self.plan.project}/{dataset}"
        if self.is_2:
            return Call("Dataset", (uri,))
        return Call("Asset", (), (("name", f"{self.plan.project}.{dataset}"), ("uri", uri)))

    def _timetable(self) -> str:
        """Only a data interval gives `interval_start` and `interval_end` a meaning."""
        facts = set(self.plan.run.run_parameters.values())
        interval = facts & {"interval_start", "interval_end"}
        return "CronDataIntervalTimetable" if interval else "CronTriggerTimetable"

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
        return Call(self._timetable(), (schedule.cron,), (("timezone", schedule.timezone),))

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

    def _more(self) -> list[dict[str, str]]:
        """What only some tasks are told: arguments of the operator, with type and default."""
        plan = self.plan
        lists = {"from_run": plan.from_run, "stored": plan.stored} if self.is_runtime else {}
        more = [
            {"name": name, "type": "list[str] | None", "default": "None", "value": f"{name} or []"}
            for name, by_task in lists.items()
            if by_task
        ]
        if any(task.settings.runner for task in plan.tasks):
            default = '"SequentialRunner"'
            more.append({"name": "runner", "type": "str", "default": default, "value": "runner"})
        return more

    def _facts(self) -> list[str]:
        """What every task of the pipeline is told, as items of a dict."""
        plan = self.plan
        given = {
            "exported": plan.pipeline,
            "env": plan.env,
            "conf_source": plan.run.conf_source or plan.conf_source,
        }
        return [f'"{name}": {string(value)}' for name, value in given.items() if value]

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
        yield "pipeline", task.pipeline
        if self.is_runtime:
            yield "nodes", {node.name: signature(node) for node in task.nodes}
        else:
            yield "nodes", [node.name for node in task.nodes]
        yield from self._carried(task)
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

    def _carried(self, task: Task) -> Iterator[tuple[str, Any]]:
        for name, by_task in (("from_run", self.plan.from_run), ("stored", self.plan.stored)):
            if self.is_runtime and task.name in by_task:
                yield name, list(by_task[task.name])
        if task.settings.runner:
            yield "runner", task.settings.runner

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

    def _root(self) -> dict[str, str]:
        given = self.plan.options.get("root") or {"env": f"{self.plan.project.upper()}_ROOT"}
        ((kind, name),) = given.items()
        return {"kind": kind, "name": string(name)}


_CREATED = 'context["dag_run"].run_after.isoformat()'
"""When a run was created, or the moment it stands for: what no retry and no clearing changes."""
_CREATED_2 = 'max(context["logical_date"], context["data_interval_end"]).isoformat()'
_FACTS: Mapping[str, str] = {
    "run_id": 'context["run_id"]',
    "logical_date": '(context.get("logical_date") or late).isoformat()',
    "interval_start": '(context.get("data_interval_start") or late).isoformat()',
    "interval_end": '(context.get("data_interval_end") or late).isoformat()',
}
"""Source for each fact of a run. A run that was triggered without a date has none of the moments
(Airflow 3); then the one after which it was to run stands in."""
_TIMETABLES: Mapping[str | None, str] = {
    "CronTriggerTimetable": "airflow.timetables.trigger",
    "CronDataIntervalTimetable": "airflow.timetables.interval",
}
_HOMES_2: Mapping[str, str] = {
    "DAG": "airflow",
    "BaseOperator": "airflow.models.baseoperator",
    "Dataset": "airflow.datasets",
    "Param": "airflow.models.param",
    "TaskGroup": "airflow.utils.task_group",
    "Variable": "airflow.models",
}


def _only_local(plan: Plan) -> Finding:
    return Finding(
        what=f"Tasks can run on the worker itself, not yet on {plan.options['run_on']}.",
        where="targets.airflow.run_on",
        remedy="Set `run_on: local`, or leave it out.",
    )


def _import_order(name: str) -> tuple[bool, str]:
    """Constants go before classes, as ruff sorts them."""
    return (not name.isupper(), name)


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
