"""The imports of a DAG file, in ruff's order."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shipway.planner.plan import Plan
from shipway_exporters.airflow.assets import asset_class
from shipway_exporters.airflow.groups import groups_of

EARLY = ("2.11", "3.0", "3.1")
"""Releases whose SDK has no timetables yet."""

_TIMETABLES: Mapping[str | None, str] = {
    "CronTriggerTimetable": "airflow.timetables.trigger",
    "CronDataIntervalTimetable": "airflow.timetables.interval",
}
_HOMES_2: Mapping[str, str] = {
    "DAG": "airflow",
    "BaseOperator": "airflow.models.baseoperator",
    "Dataset": "airflow.datasets",
    "Param": "airflow.models.param",
    "TaskGroup": "airflow.utils.task_group",
    "Variable": "airflow.models",
}


_KEDRO_RUN = (
    "from pathlib import Path",
    "from subprocess import PIPE, STDOUT, Popen, TimeoutExpired",
    "from tempfile import TemporaryDirectory",
    "from threading import Thread",
)


def python_imports(plan: Plan, times: Collection[str]) -> list[str]:
    """Return the imports of the standard library.

    Args:
        times: names that the file needs of `datetime`.
    """
    is_runtime = plan.run.run_with != "kedro"
    used = {"json", "os"} if is_runtime else {"contextlib", "json", "os", "re", "signal"}
    lines = [f"import {name}" for name in sorted(used)]
    if times:
        lines.append(f"from datetime import {', '.join(sorted(times))}")
    if is_runtime:
        return [*lines, "from subprocess import PIPE, STDOUT, Popen"]
    return [*lines, *_KEDRO_RUN]


def airflow_imports(plan: Plan, version: str) -> list[str]:
    """Return the imports of Airflow, from where that release has them."""
    is_2, is_early = version.startswith("2"), version in EARLY
    timetable = timetable_of(plan)
    names = {"DAG", "BaseOperator"}
    names |= {"Param"} if plan.parameters else set()
    names |= {"TaskGroup"} if groups_of(plan) else set()
    names |= {"Variable"} if "variable" in plan.options.get("root", {}) else set()
    names |= {asset_class(version)} if _has_assets(plan) else set()
    names |= {timetable} if timetable and not is_early else set()
    early = [f"from {_TIMETABLES[timetable]} import {timetable}"] if timetable else []
    home = "airflow" if is_early else "airflow.sdk"
    more = [f"from {home}.exceptions import AirflowFailException"]
    if is_2:
        return sorted([f"from {_HOMES_2[name]} import {name}" for name in names] + early + more)
    line = f"from airflow.sdk import {', '.join(sorted(names, key=_import_order))}"
    return sorted([line, *more, *(early if is_early else [])])


def timetable_of(plan: Plan) -> str | None:
    """Return the timetable of a schedule by the clock.

    Only one with a data interval gives `interval_start` and `interval_end` a meaning.
    """
    if not (plan.run.schedule and plan.run.schedule.cron):
        return None
    interval = {"interval_start", "interval_end"} & set(plan.run.run_parameters.values())
    return "CronDataIntervalTimetable" if interval else "CronTriggerTimetable"


def _has_assets(plan: Plan) -> bool:
    schedule = plan.run.schedule
    return bool(plan.announced or (schedule and schedule.datasets))


def _import_order(name: str) -> tuple[bool, str]:
    """Constants go before classes, as ruff sorts them."""
    return (not name.isupper(), name)
