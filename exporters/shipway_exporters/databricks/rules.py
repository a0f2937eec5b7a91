"""The rule check of an emitted job: what the models of a bundle take, and Databricks then refuses
or misreads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, value_at
from shipway.schemas.problems import Problem
from shipway.schemas.strict import problems_in
from shipway_exporters.databricks import (
    rules_compute,
    rules_graph,
    rules_limits,
    rules_starts,
    rules_words,
)
from shipway_exporters.databricks.models import Model
from shipway_exporters.databricks.rules_view import Rule, View

RULES: tuple[Rule, ...] = (
    *rules_graph.RULES,
    *rules_compute.RULES,
    *rules_starts.RULES,
    *rules_words.RULES,
    *rules_limits.RULES,
)


def faults(document: Any) -> Iterator[Problem]:
    """Find everything that is wrong with a file: its shape first, then what the shape allows."""
    jobs = mapping(value_at(document, "resources", "jobs"))
    keys = {*mapping(document)} | {*mapping(value_at(document, "resources"))}
    if len(jobs) != 1 or keys != {"resources", "jobs"}:
        yield Problem((), "A file holds one job under `resources.jobs`, and nothing else.")
    for key, job in jobs.items():
        at = ("resources", "jobs", key)
        for problem in _in_job(job):
            yield Problem((*at, *problem.path), problem.what, problem.remedy)


def _in_job(job: Any) -> Iterator[Problem]:
    """The models of `databricks-bundles`, as closed; and our own rules."""
    yield from problems_in(job, Model("Job"))
    if isinstance(job, Mapping):
        view = View(job)
        for rule in RULES:
            yield from rule(view)
