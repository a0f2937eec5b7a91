"""A job of another day's project, read without the plan that gave it."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.artifacts.readback import Contents
from shipway.artifacts.stand_in import stand_in
from shipway.artifacts.yaml_documents import load_document
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway_exporters.databricks.readback import job_contents, job_in, task_names


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what the file of a job says, whole.

    Args:
        plan: that of the same pipeline today; it says which tables its datasets are.
    """
    (text,) = files.values()
    job = job_in(load_document(text))
    of_nodes, others = task_names(job)
    other = stand_in(
        plan,
        {name: TaskSettings() for name in of_nodes},
        name=plan.name,
        options={"tables": plan.options.get("tables", {})},
        cleanup=next(iter(others), None),
    )
    return job_contents(other, job)
