"""A task that runs on the worker: `shipway.runtime`, in the project's own Python."""

from __future__ import annotations

from typing import Any

from shipway.planner.plan import Plan
from shipway.tasks.job_variable import fitting_jobs, is_names_alone
from shipway.tasks.task_job import task_job


def jobs_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return what is each task's own in its job, by task; the runner is one of its settings.

    Raises:
        UnsupportedError: a variable cannot hold a job.
    """
    jobs = fitting_jobs(plan, {task.name: task_job(plan, task) for task in plan.tasks})
    return {name: _arguments(job) for name, job in jobs.items()}


def _arguments(job: dict[str, Any]) -> dict[str, Any]:
    arguments = {key: value for key, value in job.items() if key != "runner"}
    return {**arguments, "nodes": list(job["nodes"])} if is_names_alone(job) else arguments
