"""What the launch plan of a workflow says: when it runs, who hears of it, how much at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.planner.plan import Plan
from shipway.settings.values import Notice

FAILURE = ("FAILED", "TIMED_OUT")
"""Phases of a run that has failed; one that is ABORTED, somebody has ended on purpose."""
SUCCESS = ("SUCCEEDED",)
KICKOFF = "kickoff_time"
"""The input that holds the time for which the clock has started a run."""
PHASES = "WorkflowExecutionPhase"


def launch_plan(plan: Plan) -> list[tuple[str, Any]]:
    """Return the arguments of the launch plan, beside its name; none where nothing is set."""
    return [pair for pair in _arguments(plan) if pair[1]]


def has_kickoff(plan: Plan) -> bool:
    """Tell whether a run is told the time for which the clock has started it."""
    is_used = "logical_date" in plan.run.run_parameters.values()
    return is_used and bool(plan.run.schedule and plan.run.schedule.cron)


def _arguments(plan: Plan) -> Iterator[tuple[str, Any]]:
    run = plan.run
    yield "schedule", _schedule(plan)
    yield (
        "notifications",
        [*_notices(run.on_failure, FAILURE), *_notices(run.on_success, SUCCESS)],
    )
    yield "labels", run.labels and Call("Labels", (dict(sorted(run.labels.items())),))
    yield "annotations", run.owner and Call("Annotations", ({"owner": run.owner},))
    yield "max_parallelism", run.parallel_tasks
    yield (
        "concurrency",
        run.runs and Call("ConcurrencyPolicy", (), (("max_concurrency", run.runs),)),
    )


def _schedule(plan: Plan) -> Call | None:
    cron = plan.run.schedule and plan.run.schedule.cron
    kickoff = (("kickoff_time_input_arg", KICKOFF),) if has_kickoff(plan) else ()
    return Call("CronSchedule", (), (("schedule", cron), *kickoff)) if cron else None


def _notices(notices: Sequence[Notice], phases: Sequence[str]) -> Iterator[Call]:
    for notice in notices:
        # Of webhooks, the loss was accepted.
        if notice.kind == "email":
            names = [Code(f"{PHASES}.{phase}") for phase in phases]
            yield Call("Email", (), (("phases", names), ("recipients_email", list(notice.to))))
