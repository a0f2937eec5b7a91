"""Which task runs in which way."""

from __future__ import annotations

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway_exporters.airflow.runs.kedro_run import KedroRun
from shipway_exporters.airflow.runs.local import Local
from shipway_exporters.airflow.runs.run import Run

LOCAL = Local()
KEDRO_RUN = KedroRun()


def run_of(plan: Plan, task: Task | None) -> Run:  # noqa: ARG001 - the same for all, so far
    """Return the way in which a task runs; with `None` that of the last, which empties the store.

    Raises:
        UnsupportedError: there is no such way.
    """
    if plan.options.get("run_on", "local") != "local":
        raise UnsupportedError(_only_local(plan))
    return KEDRO_RUN if plan.run.run_with == "kedro" else LOCAL


def runs_of(plan: Plan) -> list[Run]:
    """Return each way in which tasks of a plan run, in the order of the tasks."""
    cleanup = [run_of(plan, None)] if plan.cleanup else []
    runs = [*(run_of(plan, task) for task in plan.tasks), *cleanup]
    return list({run.operator: run for run in runs}.values())


def _only_local(plan: Plan) -> Finding:
    return Finding(
        what=f"Tasks can run on the worker itself, not yet on {plan.options['run_on']}.",
        where="targets.airflow.run_on",
        remedy="Set `run_on: local`, or leave it out.",
    )
