"""The imports of a DAG file, in ruff's order."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shipway.planner.plan import Plan
from shipway_exporters.airflow.assets import asset_class
from shipway_exporters.airflow.groups import groups_of
from shipway_exporters.airflow.notifications import notifiers
from shipway_exporters.airflow.runs.run import Imports

EARLY = ("2.11", "3.0", "3.1")
"""Releases whose SDK has no timetables yet."""

NO_RETRY = "AirflowFailException as Fatal"
_TIMETABLES: Mapping[str, str] = {
    "CronTriggerTimetable": "airflow.timetables.trigger",
    "CronDataIntervalTimetable": "airflow.timetables.interval",
}
_PROVIDERS: Mapping[str, str] = {
    "KubernetesPodOperator": "airflow.providers.cncf.kubernetes.operators.pod",
    "DockerOperator": "airflow.providers.docker.operators.docker",
    "DeviceRequest": "docker.types",
    "Mount": "docker.types",
    "HttpNotifier": "airflow.providers.http.notifications.http",
    "SmtpNotifier": "airflow.providers.smtp.notifications.smtp",
    "models as k8s": "kubernetes.client",
}
_HOMES_2: Mapping[str, str] = {
    "DAG": "airflow.models",
    "BaseOperator": "airflow.models",
    "Dataset": "airflow.datasets",
    "Param": "airflow.models",
    "TaskGroup": "airflow.utils.task_group",
    "Variable": "airflow.models",
    NO_RETRY: "airflow.exceptions",
}


def statements(modules: Imports) -> list[str]:
    """Return import statements in ruff's order: modules first, then names out of modules."""
    whole = sorted(f"import {module}" for module, names in modules.items() if not names)
    parts = sorted(
        f"from {module} import {', '.join(sorted(names, key=_import_order))}"
        for module, names in modules.items()
        if names
    )
    return [*whole, *parts]


def union(*several: Imports) -> Imports:
    """Return what any of several imports."""
    modules = {module for one in several for module in one}
    return {
        module: frozenset().union(*(one.get(module, frozenset()) for one in several))
        for module in modules
    }


def airflow_imports(plan: Plan, version: str, names: Collection[str]) -> list[str]:
    """Return the imports of Airflow, from where that release has them.

    Args:
        names: what the operators of the file need.
    """
    timetable = timetable_of(plan)
    # Only what the file uses: an unused import is a warning of every linter (ruff, F401).
    used = {"DAG", *names, *notifiers(plan.run)}
    used |= {"Param"} if plan.parameters else set()
    used |= {"TaskGroup"} if groups_of(plan) else set()
    used |= {asset_class(version)} if _has_assets(plan) else set()
    used |= {timetable} if timetable else set()
    homes = _homes(version)
    by_home = [{homes.get(name, "airflow.sdk"): frozenset({name})} for name in used]
    return statements(union(*by_home))


def _homes(version: str) -> Mapping[str, str]:
    """The modules of names that `airflow.sdk` does not have in a release."""
    if version.startswith("2"):
        return {**_HOMES_2, **_TIMETABLES, **_PROVIDERS}
    # Names moved into the SDK release by release; each must come from where its release has it.
    if version in EARLY:
        return {NO_RETRY: "airflow.exceptions", **_TIMETABLES, **_PROVIDERS}
    return {NO_RETRY: "airflow.sdk.exceptions", **_PROVIDERS}


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
