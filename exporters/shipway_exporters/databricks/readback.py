"""A job of a bundle read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.yaml_documents import load_document
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.settings.values import Notice
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.containers import container_readback as readback
from shipway_exporters.databricks.compute import Compute
from shipway_exporters.databricks.job import OWNER
from shipway_exporters.databricks.passed_fields import (
    as_lists,
    differing,
    job_fields_of,
    task_fields_of,
)
from shipway_exporters.databricks.quartz import cron_of, quartz_of
from shipway_exporters.databricks.rules import faults
from shipway_exporters.databricks.tables import datasets_in
from shipway_exporters.databricks.words import FACTS

_NOTICES = tuple(
    f"notify.{e}.{k}" for e in ("on_failure", "on_success") for k in ("email", "webhook")
)
_KEYS = task_job.KEYS | frozenset(
    {"parameters", "inputs", "retries", "retry_delay", "timeout", "env", "secrets", "compute"}
    | {"schedule.cron", "schedule.datasets", "concurrency.runs", "owner", "labels", "description"}
    | {"run_parameters.run_id", "run_parameters.logical_date", "fields", *_NOTICES}
)
# The name is greedy up to the reference, for a parameter's name may itself hold a `=`.
_VALUE = re.compile(r"--(?P<kind>text|json|yaml)=(?P<name>.*)=(?P<reference>\{\{.*\}\})", re.DOTALL)
_PARAMETER = re.compile(r"\{\{job\.parameters\.(?:`([^`]+)`|(\w+))\}\}")
_SECRET = re.compile(r"\{\{secrets/([^/}]+)/([^/}]+)\}\}")


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the file of a job, to be read; it is checked against rules of Databricks' server."""
    ((path, text),) = files.items()
    document = load_document(text)
    return Readback(
        findings=tuple(findings(path, faults(document))),
        contents=lambda: job_contents(plan, job_in(document)),
    )


def job_in(document: Any) -> Mapping[str, Any]:
    """Return the one job of a file."""
    (job,) = document["resources"]["jobs"].values()
    result: Mapping[str, Any] = job
    return result


def job_contents(plan: Plan, job: Mapping[str, Any]) -> Contents:
    """Return what a job says."""
    return _Job(plan, job).contents()


def task_names(job: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the tasks of a job that run nodes, and the others."""
    names = {task["task_key"]: task_job.nodes_in(_options(task)) for task in job["tasks"]}
    return [n for n, nodes in names.items() if nodes], [n for n, o in names.items() if not o]


@dataclass(frozen=True)
class _Job:
    plan: Plan
    job: Mapping[str, Any]

    def contents(self) -> Contents:
        run = {**dict(self._run()), **readback.run_facts([_options(t) for t in self._of_nodes])}
        run |= _facts([dict(_facts_in(task)) for task in self._of_nodes])
        return Contents(
            name=self.job["name"],
            tasks={task["task_key"]: self._task(task) for task in self.job["tasks"]},
            parameters=dict(self._parameters()),
            run=run,
            keys=_KEYS,
        )

    @cached_property
    def _of_nodes(self) -> list[Mapping[str, Any]]:
        return [task for task in self.job["tasks"] if task["task_key"] != self.plan.cleanup]

    @cached_property
    def _defaults(self) -> dict[str, str]:
        return {item["name"]: item["default"] for item in self.job.get("parameters", ())}

    @cached_property
    def _clusters(self) -> dict[str, Any]:
        clusters = self.job.get("job_clusters", ())
        return {cluster["job_cluster_key"]: cluster["new_cluster"] for cluster in clusters}

    @cached_property
    def _compute(self) -> Compute:
        return Compute(self.plan)

    def _run(self) -> Iterator[tuple[str, Any]]:
        job, tags = self.job, dict(self.job.get("tags", {}))
        if "description" in job:
            yield "description", job["description"]
        if OWNER in tags and OWNER not in self.plan.run.labels:
            yield "owner", tags.pop(OWNER)
        if tags:
            yield "labels", tags
        if "max_concurrent_runs" in job:
            yield "concurrency.runs", job["max_concurrent_runs"]
        if "schedule" in job:
            yield "schedule.cron", (self._cron(), job["schedule"]["timezone_id"])
        if "trigger" in job:
            names = job["trigger"]["table_update"]["table_names"]
            yield "schedule.datasets", datasets_in(names, self.plan)
        yield from _notices(job, self.plan)
        if others := differing("Job", job_fields_of(self.plan), job):
            yield "fields", others
        yield from self._described()

    def _described(self) -> Iterator[tuple[str, Any]]:
        """What tasks run on, where it is not what the plan's profiles describe."""
        if not any(task.nodes for task in self.plan.tasks):
            return  # of another day's artifact no plan says what was described
        planned = {
            "environments": as_lists(self._compute.environments()),
            "job_clusters": as_lists(self._compute.clusters()),
        }
        actual = {name: self.job.get(name, []) for name in planned}
        if actual != planned:
            yield "compute", actual

    def _cron(self) -> str:
        """The cron that the settings have, if it comes to what the file says."""
        text, schedule = self.job["schedule"]["quartz_cron_expression"], self.plan.run.schedule
        own = schedule.cron if schedule else None
        return own if own and quartz_of(own) == text else cron_of(text)

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        """A parameter that no task takes is none of the run's; there is a rule for it."""
        for task in self._of_nodes:
            for kind, parameter, reference in _handed_over(task):
                if (name := _name_in(reference)) in self._defaults:
                    yield parameter, _default(self._defaults[name], kind)

    def _task(self, task: Mapping[str, Any]) -> TaskContents:
        options = _options(task)
        name = task["task_key"]
        needs = frozenset(item["task_key"] for item in task.get("depends_on", ()))
        return TaskContents(
            nodes=task_job.nodes_in(options),
            needs=needs,
            # The cleanup has no settings in the plan; what it is given is the target's own.
            settings=dict(self._settings(task, options)) if name in self.plan.task_by_name else {},
        )

    def _settings(
        self, task: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        if task.get("max_retries"):
            yield "retries", task["max_retries"]
        if "min_retry_interval_millis" in task:
            yield "retry_delay", task["min_retry_interval_millis"] / 1000
        if "timeout_seconds" in task:
            yield "timeout", task["timeout_seconds"]
        yield from self._variables(task)
        yield from task_job.task_facts(options).items()
        names = [n for _, n, ref in _handed_over(task) if _name_in(ref) in self._defaults]
        if names:
            defaults = options.get("defaults", {})
            yield "inputs", {name: defaults.get(name, "unknown") for name in names}
        yield from self._passed(task)

    def _variables(self, task: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        cluster = self._clusters.get(task.get("job_cluster_key", ""), {})
        variables: Mapping[str, str] = cluster.get("spark_env_vars", {})
        matches = {name: _SECRET.fullmatch(text) for name, text in variables.items()}
        if env := {name: text for name, text in variables.items() if not matches[name]}:
            yield "env", env
        if secrets := {name: match.groups() for name, match in matches.items() if match}:
            yield "secrets", secrets

    def _passed(self, task: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        planned = self.plan.task_by_name[task["task_key"]]
        if not planned.nodes:
            return  # of another day's artifact no plan says what was passed
        if others := differing("Task", task_fields_of(self.plan, planned), task):
            yield "fields", others
        compute = self._compute.of(planned)
        names = ("environment_key", "job_cluster_key", "existing_cluster_id", "libraries")
        actual = {name: task[name] for name in names if name in task}
        if actual != as_lists({name: compute[name] for name in names if name in compute}):
            yield "compute", actual


def _options(task: Mapping[str, Any]) -> dict[str, Any]:
    words = task["python_wheel_task"]["parameters"]
    return readback.options_in(words, unescape=str)


def _handed_over(task: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield how a parameter is handed over, which one, and what stands for its value."""
    words: Sequence[str] = task["python_wheel_task"]["parameters"]
    for match in filter(None, map(_VALUE.fullmatch, words)):
        yield match["kind"], match["name"], match["reference"]


def _name_in(reference: str) -> str | None:
    match = _PARAMETER.fullmatch(reference)
    return match and (match[1] or match[2])


def _default(text: str, kind: str) -> Any:
    if kind == "yaml":
        return text or None
    return json.loads(text) if kind == "json" else text


def _facts_in(task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    facts = {reference: fact for fact, reference in FACTS.items()}
    for _, parameter, reference in _handed_over(task):
        if _name_in(reference) is None:
            yield parameter, facts.get(reference, "unknown")


def _facts(tasks: Sequence[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """Return the parameters that every task has filled in alike, by capability."""
    common = set.intersection(*(set(facts.items()) for facts in tasks)) if tasks else set()
    odd = {
        (f"{parameter} of some tasks", fact)
        for facts in tasks
        for parameter, fact in facts.items()
        if (parameter, fact) not in common
    }
    return {
        f"run_parameters.{fact}": frozenset(name for name, f in common | odd if f == fact)
        for _, fact in common | odd
    }


def _notices(job: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    for event in ("on_failure", "on_success"):
        planned: Sequence[Notice] = getattr(plan.run, event)
        if mails := job.get("email_notifications", {}).get(event):
            yield f"notify.{event}.email", _groups(planned, "email", (tuple(mails),))
        if hooks := job.get("webhook_notifications", {}).get(event):
            ids = tuple((hook["id"],) for hook in hooks)
            yield f"notify.{event}.webhook", _groups(planned, "webhook", ids)


def _groups(planned: Sequence[Notice], kind: str, actual: tuple[tuple[str, ...], ...]) -> Any:
    """Return whom a job tells, as the settings group them: a job has one list."""
    groups = tuple(notice.to for notice in planned if notice.kind == kind)
    return groups if _flat(groups) == _flat(actual) else actual


def _flat(groups: Sequence[Sequence[str]]) -> list[str]:
    return [name for group in groups for name in group]
