"""How much a job may hold. Source: Jobs API 2.2, and Databricks, Resource limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.schemas.shapes import INT32

TASKS = 1_000
TAGS = 25
RUNS = 1_000
DESCRIPTION = 27_700
WEBHOOKS = 3
WHOLE_NUMBERS: Mapping[str, str] = {
    "max_retries": "retries",
    "min_retry_interval_millis": "retry_delay",
    "timeout_seconds": "timeout",
}
"""Fields of a task that have 32 bits (Jobs API, `tasks`), and the settings that they come from. A
pause of 25 days is too long in thousandths of a second, and so are years of nodes that share a
task."""
TAG_NAME, TAG = 127, 255
"""Characters. Source: Clusters API, `custom_tags`; a job hands its tags on to clusters."""


def check_limits(plan: Plan, job: Mapping[str, Any], tasks: Sequence[Any]) -> None:
    """Check that Databricks takes a job.

    Raises:
        UnsupportedError: it is too much of something; a finding for each.
    """
    if findings := list(_findings(plan, job, tasks)):
        raise UnsupportedError(*findings)


def _findings(plan: Plan, job: Mapping[str, Any], tasks: Sequence[Any]) -> Iterator[Finding]:
    places = plan.run.places
    if len(tasks) > TASKS:
        remedy = "Let more nodes share a task: see `group_by`."
        where = f"the pipeline `{plan.pipeline}`"
        yield _too_many(len(tasks), TASKS, "tasks", where, remedy)
    if (tags := len(job.get("tags", ()))) > TAGS:
        where = places.get("labels", "labels")
        yield _too_many(tags, TAGS, "tags", where, "Leave some labels out.")
    for name, value in job.get("tags", {}).items():
        if len(name) > TAG_NAME or len(value) > TAG:
            yield Finding(
                what=f"A tag has {len(name):,} characters and a value of {len(value):,}; "
                f"Databricks takes {TAG_NAME} and {TAG}.",
                where=places.get("labels", "labels"),
                remedy="Shorten the label.",
            )
    if (runs := job.get("max_concurrent_runs", 0)) > RUNS:
        where = places.get("concurrency", "concurrency")
        yield _too_many(runs, RUNS, "runs at once", where, f"Set at most {RUNS}.")
    if (size := len(job.get("description", "").encode())) > DESCRIPTION:
        where = f"pipelines.{plan.pipeline}.description"
        yield _too_many(size, DESCRIPTION, "bytes of description", where, "Write a shorter one.")
    yield from dict.fromkeys(_too_large(plan, tasks))
    for event, hooks in job.get("webhook_notifications", {}).items():
        if len(hooks) > WEBHOOKS:
            where = places.get("notify", f"notify.{event}")
            yield _too_many(len(hooks), WEBHOOKS, "webhooks for an event", where, "Name fewer.")


def _too_large(plan: Plan, tasks: Sequence[Any]) -> Iterator[Finding]:
    for task in tasks:
        for field, setting in WHOLE_NUMBERS.items():
            if (number := task.get(field, 0)) > INT32:
                yield Finding(
                    what=f"`{field}` would be {number:,}; Databricks takes {INT32:,}.",
                    where=plan.task_by_name[task["task_key"]].settings.places.get(setting, setting),
                    remedy=f"Set a smaller `{setting}`.",
                )


def _too_many(actual: int, most: int, of_what: str, where: str, remedy: str) -> Finding:
    what = f"The job has {actual:,} {of_what}; Databricks takes {most:,}."
    return Finding(what=what, where=where, remedy=remedy)
