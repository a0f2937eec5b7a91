"""What a plan asks for that Dagster would take for something else, each with its place."""

from __future__ import annotations

from shipway.errors import Finding, UnsupportedError
from shipway.mistakes import Mistakes
from shipway.model import Json
from shipway.planner.plan import Plan
from shipway_exporters.dagster.own_arguments import pool_of
from shipway_exporters.dagster.owners import check_owner
from shipway_exporters.dagster.place import is_in_pods
from shipway_exporters.dagster.pods import check_pods
from shipway_exporters.dagster.retry import growth
from shipway_exporters.dagster.tags import check_labels


def check(plan: Plan) -> None:
    """Check what no shape of the settings can.

    Raises:
        UnsupportedError: something has no form here.
    """
    mistakes = Mistakes()
    with mistakes:
        check_labels(plan)
    with mistakes:
        check_owner(plan)
    for task in plan.tasks:
        with mistakes:
            pool_of(plan, task)
    if is_in_pods(plan.options):
        with mistakes:
            check_pods(plan)
    with mistakes:
        _check_jitter(plan)
    with mistakes:
        _check_order(plan)
    mistakes.raise_all()


def _check_order(plan: Plan) -> None:
    """Dagster keeps a run's config with sorted keys (`dagster_shared.serdes`, serialize_value)."""
    schedule, where = plan.run.schedule, plan.run.places.get("schedule")
    findings = [
        Finding(
            what=f"The keys of `{name}` would reach a scheduled run in another order: Dagster "
            "sorts those of a run's config.",
            where=f"{where}.parameters.{name}",
            remedy="Sort them, or schedule a job that has the parameter among its `params`.",
        )
        for name, value in (schedule.parameters if schedule else {}).items()
        if not _is_sorted(value)
    ]
    if findings:
        raise UnsupportedError(*findings)


def _is_sorted(value: Json) -> bool:
    """Tell whether the keys of all mappings in a value are in their order."""
    items = list(value.values()) if isinstance(value, dict) else value
    is_sorted = not isinstance(value, dict) or [*value] == sorted(value, key=str)
    return is_sorted and (not isinstance(items, list) or all(map(_is_sorted, items)))


def _check_jitter(plan: Plan) -> None:
    grows = [task.name for task in plan.tasks if growth(task) is not None]
    if grows and "jitter" in plan.options:
        raise UnsupportedError(
            Finding(
                what=f"The pauses of `{grows[0]}` grow by a factor, to which Dagster adds no "
                "jitter.",
                where="targets.dagster.jitter",
                remedy="Leave it out, or set `retry_backoff: 1`.",
            )
        )
