"""Which task runs in which way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import TaskSettings
from shipway.targets.capabilities import Support, most
from shipway_exporters.airflow.runs import pod_override
from shipway_exporters.airflow.runs.docker import Docker
from shipway_exporters.airflow.runs.kedro_run import KedroRun
from shipway_exporters.airflow.runs.kubernetes import Kubernetes
from shipway_exporters.airflow.runs.local import Local
from shipway_exporters.airflow.runs.place import place_of
from shipway_exporters.airflow.runs.pod_override import is_in_pods
from shipway_exporters.airflow.runs.run import Run
from shipway_exporters.containers.place import last_of_store

_LOCAL = Local()
_KEDRO_RUN = KedroRun()
_BY_PLACE: Mapping[str, Run] = {run.place: run for run in (_LOCAL, Docker(), Kubernetes())}
_ON_WORKER = most(_LOCAL.capabilities, _KEDRO_RUN.capabilities)
_IN_PODS: Mapping[str, Support] = {
    **_ON_WORKER,
    **{name: Support("native", how) for name, how in pod_override.CAPABILITIES.items()},
    **{name: Support("unsupported", how) for name, how in pod_override.UNSUPPORTED.items()},
    "local_files": Support("unsupported", "Put it under a volume that all its tasks mount."),
}
CAPABILITIES = most(*(run.capabilities for run in (*_BY_PLACE.values(), _KEDRO_RUN)))
"""What Airflow can express of a task in one way or another."""


def capabilities_of(
    options: Mapping[str, Any], settings: TaskSettings | None
) -> Mapping[str, Support]:
    """Return what can be expressed of a task; with `None` of a DAG."""
    place = place_of(options, settings)
    if place == "local":
        return _IN_PODS if is_in_pods(options) else _ON_WORKER
    return _BY_PLACE[place].capabilities


def run_of(plan: Plan, task: Task | None) -> Run:
    """Return the way in which a task runs; with `None` that of the last, which empties the store.

    Raises:
        UnsupportedError: plain `kedro run` cannot run there.
    """
    task = task or last_of_store(plan)
    place = place_of(plan.options, task.settings)
    if plan.run.run_with == "kedro":
        if place != "local":
            raise UnsupportedError(_no_kedro_run(task, place))
        return _KEDRO_RUN
    return _BY_PLACE[place]


def runs_of(plan: Plan) -> dict[str, tuple[Run, list[Task]]]:
    """Return each way in which tasks of a plan run, by operator, with those tasks, in order."""
    runs: dict[str, tuple[Run, list[Task]]] = {}
    for task in plan.tasks:
        run = run_of(plan, task)
        runs.setdefault(run.operator, (run, []))[1].append(task)
    return runs


def _no_kedro_run(task: Task, place: str) -> Finding:
    return Finding(
        what=f"`{task.label}` runs on {place}, where plain `kedro run` cannot be given the "
        "parameters that a run is started with.",
        where=task.settings.places.get("run_on", "targets.airflow.run_on"),
        remedy="Set `run_with: shipway`, or `run_on: local`.",
    )
