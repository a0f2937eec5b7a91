"""Rules of how much a job holds: see `limits`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from shipway.schemas.document import mapping, sequence, text
from shipway.schemas.problems import Problem
from shipway_exporters.databricks import limits
from shipway_exporters.databricks.rules_view import Rule, View
from shipway_exporters.databricks.texts import LONGEST

_LONGEST_NAME = 4096
_NOTICES = ("email_notifications", "webhook_notifications")


def not_too_much(view: View) -> Iterator[Problem]:
    """Tasks, tags, runs at once, and the length of texts."""
    job = view.job
    if len(view.tasks) > limits.TASKS:
        yield Problem(("tasks",), f"There are more than {limits.TASKS:,} tasks.")
    for name, value in mapping(job.get("tags")).items():
        if len(name) > limits.TAG_NAME or len(text(value)) > limits.TAG:
            yield Problem(("tags", name), "The tag is too long.")
    if len(mapping(job.get("tags"))) > limits.TAGS:
        yield Problem(("tags",), f"There are more than {limits.TAGS} tags.")
    runs = job.get("max_concurrent_runs", 1)
    if isinstance(runs, int) and not 1 <= runs <= limits.RUNS:
        # With 0 every run is skipped (Jobs API).
        yield Problem(("max_concurrent_runs",), f"It is from 1 to {limits.RUNS:,}.")
    for name, most in (("name", _LONGEST_NAME), ("description", limits.DESCRIPTION)):
        if len(text(job.get(name)).encode(errors="replace")) > most:
            yield Problem((name,), f"It has more than {most:,} bytes.")
    if not text(job.get("name")):
        yield Problem(("name",), "The job has no name.")


def short_words(view: View) -> Iterator[Problem]:
    """Parameters as JSON, of a task and of the job."""
    for task in view.tasks:
        if _size(task.words) > LONGEST:
            yield Problem(task.words_path, f"They have more than {LONGEST:,} bytes.")
    if _size(view.job.get("parameters", ())) > 2 * LONGEST:
        yield Problem(("parameters",), f"They have more than {LONGEST:,} bytes.")


def few_webhooks(view: View) -> Iterator[Problem]:
    """At most three webhooks for an event; and nobody is told of what has no address."""
    for field in _NOTICES:
        for event, told in mapping(view.job.get(field)).items():
            if field.startswith("webhook") and len(sequence(told)) > limits.WEBHOOKS:
                what = f"An event has at most {limits.WEBHOOKS} webhooks."
                yield Problem((field, event), what)
            if isinstance(told, list) and not told:
                yield Problem((field, event), "Nobody is told.")


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str).encode(errors="replace"))


RULES: tuple[Rule, ...] = (not_too_much, short_words, few_webhooks)
