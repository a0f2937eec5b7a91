"""From a plan to a job of a bundle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.artifacts.yaml_literals import block
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Notice
from shipway_exporters.containers.place import last_of_store
from shipway_exporters.databricks.compute import SERVERLESS, Compute, profile_of
from shipway_exporters.databricks.limits import check_limits
from shipway_exporters.databricks.passed_fields import as_lists, job_fields_of, task_fields_of
from shipway_exporters.databricks.quartz import quartz_in
from shipway_exporters.databricks.tables import tables_in
from shipway_exporters.databricks.texts import checked
from shipway_exporters.databricks.words import cleanup_words, inputs_of, words_of

PACKAGE, ENTRY_POINT = "shipway", "shipway-task"
"""The console script of Shipway's wheel that runs a task where it is called."""
OWNER = "owner"
"""The tag that holds the owner."""


class JobFile:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.compute = Compute(plan)
        self.inputs = inputs_of(plan)

    def context(self) -> dict[str, Any]:
        """Return the values of the template."""
        plan = self.plan
        job, tasks = dict(self._job()), list(self._tasks())
        check_limits(plan, job, tasks)
        return {
            **yaml_head(plan, "databricks"),
            "key": block({plan.name: {}}).partition(":")[0],
            "job": block(job, 6),
            "tasks": [block([task], 8) for task in tasks],
        }

    def _job(self) -> Iterator[tuple[str, Any]]:
        plan, run = self.plan, self.plan.run
        yield "name", plan.name
        if run.description:
            yield "description", checked(run.description, f"pipelines.{plan.pipeline}.description")
        if tags := dict(_tags(plan)):
            yield "tags", tags
        if run.runs is not None:
            yield "max_concurrent_runs", run.runs
        yield from _starts(plan)
        yield from _notices(run.on_failure, run.on_success)
        yield from self._further()
        if self.inputs:
            yield "parameters", [{"name": i.name, "default": i.default} for i in self.inputs]
        if environments := self.compute.environments():
            yield "environments", as_lists(environments)
        if clusters := self.compute.clusters():
            yield "job_clusters", as_lists(clusters)

    def _further(self) -> Iterator[tuple[str, Any]]:
        further = job_fields_of(self.plan)
        if self.plan.run.runs is not None:
            # Without a queue, a run too many is skipped (Jobs API, `max_concurrent_runs`).
            further = {"queue": {"enabled": True}, **further}
        yield from further.items()

    def _tasks(self) -> Iterator[dict[str, Any]]:
        for task in self.plan.tasks:
            words = words_of(self.plan, task, self.inputs)
            settings = {**self.compute.of(task), **dict(_settings(self.plan, task))}
            yield _task(task.name, task.needs, settings, words)
        if self.plan.cleanup:
            # The variables of a task that uses the store may be needed to reach it.
            user = last_of_store(self.plan)
            words = cleanup_words(self.plan)
            yield _task(self.plan.cleanup, self.plan.last, self.compute.of(user), words)


def _task(
    name: str, needs: Sequence[str], settings: Mapping[str, Any], words: Sequence[str]
) -> dict[str, Any]:
    wheel = {"package_name": PACKAGE, "entry_point": ENTRY_POINT, "parameters": list(words)}
    depends_on = {"depends_on": [{"task_key": need} for need in needs]} if needs else {}
    return {
        "task_key": name,
        **depends_on,
        **as_lists(settings),
        "python_wheel_task": wheel,
    }


def _tags(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.run.owner and OWNER in plan.run.labels:
        raise UnsupportedError(
            Finding(
                what=f"The owner and the label `{OWNER}` would be one tag.",
                where=plan.run.places.get("labels"),
                remedy="Leave one of them out, or call the label otherwise.",
            )
        )
    for key, value in plan.run.labels.items():
        yield checked(key, "labels"), checked(value, f"labels.{key}")
    if plan.run.owner:
        yield OWNER, checked(plan.run.owner, "owner")


def _starts(plan: Plan) -> Iterator[tuple[str, Any]]:
    """What starts runs, if anything does."""
    paused = {"pause_status": "PAUSED"} if plan.options.get("paused") else {}
    schedule, quartz = plan.run.schedule, quartz_in(plan)
    if schedule and quartz:
        fields = {"quartz_cron_expression": quartz, "timezone_id": schedule.timezone}
        yield "schedule", {**fields, **paused}
    if tables := tables_in(plan):
        # Runs start once all of them have been written again.
        update = {"table_names": tables, "condition": "ALL_UPDATED"}
        yield "trigger", {"table_update": update, **paused}


def _notices(
    on_failure: Sequence[Notice], on_success: Sequence[Notice]
) -> Iterator[tuple[str, Any]]:
    events = {"on_failure": on_failure, "on_success": on_success}
    mails = {event: list(_to(notices, "email")) for event, notices in events.items()}
    hooks = {
        event: [{"id": name} for name in _to(notices, "webhook")]
        for event, notices in events.items()
    }
    for field, of_events in (("email_notifications", mails), ("webhook_notifications", hooks)):
        if told := {event: to for event, to in of_events.items() if to}:
            yield field, told


def _to(notices: Sequence[Notice], kind: str) -> Iterator[str]:
    for notice in notices:
        if notice.kind == kind:
            yield from (checked(address, "notify") for address in notice.to)


def _settings(plan: Plan, task: Task) -> Iterator[tuple[str, Any]]:
    settings = task.settings
    if settings.retries is not None:
        yield "max_retries", settings.retries
        if SERVERLESS in profile_of(plan.options, settings):
            # Else Databricks may try more often (Run jobs with serverless compute for workflows).
            yield "disable_auto_optimization", True
    if settings.retries and settings.retry_delay:
        yield "min_retry_interval_millis", math.ceil(settings.retry_delay * 1000)
    if settings.retries and settings.timeout:
        # Else a try that took too long is the last one (Jobs API, `retry_on_timeout`).
        yield "retry_on_timeout", True
    if settings.timeout:
        yield "timeout_seconds", math.ceil(settings.timeout)
    yield from task_fields_of(plan, task).items()
