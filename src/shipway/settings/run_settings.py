"""The settings of a pipeline as a whole, each declared once, as those of a task are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Whole
from shipway.settings.run_setting import RunSetting
from shipway.settings.units import CRON
from shipway.settings.value_shapes import (
    DATE,
    GROUP_BY,
    NOTICE,
    PARAMETERS,
    PATH,
    PLAIN,
    RUN_FACTS,
    STORE,
    TEXT,
    to_notice,
)
from shipway.settings.values import (
    NOTICE_KINDS,
    Notice,
    RunSettings,
)
from shipway.settings.zones import TIMEZONE

_IN_JOBS = "a task's process is told of it, on every target alike"


def _of_schedule(key: str) -> Callable[[RunSettings], Any]:
    return lambda run: run.schedule and getattr(run.schedule, key)


def _cron(run: RunSettings) -> tuple[str, str] | None:
    schedule = run.schedule
    return (schedule.cron, schedule.timezone) if schedule and schedule.cron else None


def _in_order(mapping: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(mapping.items()))


def _to_notices(values: Sequence[Mapping[str, Any]]) -> tuple[Notice, ...]:
    return tuple(map(to_notice, values))


RUN_SETTINGS: tuple[RunSetting, ...] = (
    RunSetting(
        name="concurrency.runs",
        attribute="runs",
        shape=Whole(1),
        about="how many runs of this pipeline may overlap",
        artifact=lambda run: run.runs,
        capabilities={"concurrency.runs": "limit of runs at once"},
    ),
    RunSetting(
        name="concurrency.tasks",
        attribute="parallel_tasks",
        shape=Whole(1),
        about="how many tasks of one run may run at once",
        artifact=lambda run: run.parallel_tasks,
        capabilities={"concurrency.tasks": "limit of tasks at once"},
    ),
    RunSetting(
        name="group_by",
        attribute="group_by",
        shape=GROUP_BY,
        about="which nodes share a task; default `none`",
        reason="it decides which tasks there are, and those are compared in any case",
    ),
    RunSetting(
        name="memory",
        attribute="memory",
        shape=Choice(("fuse", "store")),
        about="what happens to in-memory datasets between tasks; default fuse",
        capabilities={
            "memory.store": "in-memory datasets carried between tasks",
            "memory.cleanup": "a last task that empties the store",
        },
    ),
    RunSetting(
        name="store",
        attribute="store",
        shape=STORE,
        about="URL (fsspec) under which `memory: store` keeps such datasets",
        reason="part of `memory.store`",
    ),
    RunSetting(
        name="keep_store",
        attribute="keep_store",
        shape=Flag(),
        about="keep these datasets after a run has succeeded; default false",
        reason="it leaves the task of `memory.cleanup` out of the plan",
    ),
    RunSetting(
        name="load_versions",
        attribute="load_versions",
        shape=MapOf(TEXT),
        about="dataset versions to load instead of the run's own or the latest",
        typed=_in_order,
        artifact=lambda run: dict(run.load_versions),
        reason=_IN_JOBS,
    ),
    RunSetting(
        name="parameters",
        attribute="parameters",
        shape=PARAMETERS,
        about="which parameters can be set when a run is triggered; default all",
        capabilities={"parameters": "parameters set at trigger time"},
    ),
    RunSetting(
        name="project_dir",
        attribute="project_dir",
        shape=PATH,
        about="the project's folder where tasks run",
        reason="no task could run without: its place is part of every target",
    ),
    RunSetting(
        name="conf_source",
        attribute="conf_source",
        shape=PATH,
        about="configuration folder or archive where tasks run; default the project's own",
        reason=_IN_JOBS,
    ),
    RunSetting(
        name="run_with",
        attribute="run_with",
        shape=Choice(("shipway", "kedro")),
        about="what a task calls: `shipway.runtime` or plain `kedro run`; default shipway",
        artifact=lambda run: run.run_with if run.run_with == "kedro" else None,
        capabilities={"run_with": "plain `kedro run` as a task's command"},
    ),
    RunSetting(
        name="owner",
        attribute="owner",
        shape=TEXT,
        about="who is responsible for the pipeline",
        artifact=lambda run: run.owner,
        capabilities={"owner": "owner"},
    ),
    RunSetting(
        name="labels",
        attribute="labels",
        shape=MapOf(TEXT),
        about="labels of the pipeline, as keys and values",
        typed=_in_order,
        artifact=lambda run: dict(run.labels),
        capabilities={"labels": "labels"},
    ),
    RunSetting(
        name="notify.on_failure",
        attribute="on_failure",
        shape=ListOf(NOTICE),
        about="who hears of a run that has failed",
        typed=_to_notices,
        capabilities={
            "notify.on_failure.email": "e-mail about a failed run",
            "notify.on_failure.webhook": "webhook about a failed run",
        },
    ),
    RunSetting(
        name="notify.on_success",
        attribute="on_success",
        shape=ListOf(NOTICE),
        about="who hears of a run that has succeeded",
        typed=_to_notices,
        capabilities={
            "notify.on_success.email": "e-mail about a run that succeeded",
            "notify.on_success.webhook": "webhook about a run that succeeded",
        },
    ),
    RunSetting(
        name="name",
        attribute="name",
        shape=TEXT,
        about="the pipeline's name on the orchestrator",
        in_defaults=False,
        reason="names are compared in any case",
    ),
    RunSetting(
        name="description",
        attribute="description",
        shape=TEXT,
        about="what the pipeline is for, in Markdown",
        in_defaults=False,
        artifact=lambda run: run.description,
        capabilities={"description": "description in Markdown"},
    ),
    RunSetting(
        name="schedule.cron",
        attribute="schedule.cron",
        shape=CRON,
        about="five-field cron expression; its day must be in one of its months",
        in_defaults=False,
        artifact=_cron,
        capabilities={"schedule.cron": "start by the clock, with time zone"},
    ),
    RunSetting(
        name="schedule.timezone",
        attribute="schedule.timezone",
        shape=TIMEZONE,
        about="IANA zone of the cron expression; default UTC",
        in_defaults=False,
        reason="part of `schedule.cron`",
    ),
    RunSetting(
        name="schedule.datasets",
        attribute="schedule.datasets",
        shape=ListOf(TEXT, least=1),
        about="run once all these datasets have been written again",
        in_defaults=False,
        artifact=lambda run: frozenset(run.schedule.datasets if run.schedule else ()),
        capabilities={"schedule.datasets": "start when datasets are written"},
    ),
    RunSetting(
        name="schedule.start",
        attribute="schedule.start",
        shape=DATE,
        about="first day on which the schedule applies",
        in_defaults=False,
        artifact=_of_schedule("start"),
        capabilities={"schedule.start": "first day of the schedule"},
    ),
    RunSetting(
        name="schedule.catchup",
        attribute="schedule.catchup",
        shape=Flag(),
        about="also make up for runs missed since `start`; default false",
        in_defaults=False,
        artifact=_of_schedule("catchup"),
        capabilities={"schedule.catchup": "making up for missed runs"},
    ),
    RunSetting(
        name="schedule.parameters",
        attribute="schedule.parameters",
        shape=MapOf(PLAIN),
        about="parameter values for scheduled runs, by dotted name",
        in_defaults=False,
        artifact=_of_schedule("parameters"),
        capabilities={"schedule.parameters": "separate values for scheduled runs"},
    ),
    RunSetting(
        name="run_parameters",
        attribute="run_parameters",
        shape=MapOf(Choice(tuple(RUN_FACTS))),
        about="parameters that the orchestrator fills in for each run",
        in_defaults=False,
        capabilities={
            f"run_parameters.{fact}": f"{meaning}, as a parameter"
            for fact, meaning in RUN_FACTS.items()
        },
    ),
    RunSetting(
        name="groups",
        attribute="groups",
        shape=MapOf(ListOf(TEXT)),
        about="named tasks, each with its nodes",
        in_defaults=False,
        reason="they decide which tasks there are, and those are compared in any case",
    ),
)


def notices(run: RunSettings) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return whom a run tells of its end, by capability (`notify.on_failure.email`), in order."""
    by_event = {"on_failure": run.on_failure, "on_success": run.on_success}
    return {
        f"notify.{event}.{kind}": tuple(notice.to for notice in several if notice.kind == kind)
        for event, several in by_event.items()
        for kind in NOTICE_KINDS
    }


NOTICES: tuple[str, ...] = tuple(
    capability
    for setting in RUN_SETTINGS
    if setting.name.startswith("notify.")
    for capability in setting.capabilities
)
"""The capabilities of telling people how a run has ended."""
