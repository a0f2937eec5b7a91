"""Right or refused: what a plan asks for against what its target can express."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.errors import Finding, UnsupportedError, UsageError, did_you_mean
from shipway.mistakes import Mistakes
from shipway.planner.plan import Plan
from shipway.settings.run_settings import RUN_SETTINGS, notices
from shipway.settings.task_settings import setting_of
from shipway.settings.value_shapes import RUN_FACTS
from shipway.settings.values import TaskSettings
from shipway.targets.capabilities import CAPABILITIES, Support
from shipway.targets.exporter import Exporter, capabilities_of, capabilities_of_task
from shipway.targets.local_files import check_files
from shipway.targets.mounts import check_mounts
from shipway.targets.orchestrators import title_of

NEVER_LOST: Mapping[str, str] = {
    "memory.store": "Set `memory: fuse`.",
    "memory.cleanup": "Set `keep_store: true`, and empty the store yourself.",
    "run_with": "Set `run_with: shipway`.",
    **{f"run_parameters.{fact}": "Leave it out." for fact in RUN_FACTS},
    "local_files": "Let a volume hold them.",
}
"""Settings without which a run computes something else, and what to do instead."""
_FACTS: Mapping[str, str] = {
    "logical_date": "no logical date",
    "run_id": "no id",
    "interval_start": "no interval",
    "interval_end": "no interval",
}


@dataclass(frozen=True)
class Requirement:
    """What a setting of the plan takes.

    Args:
        capability: what a target needs for it.
        place: where it was set.
        parameter: the parameter that a fact of a run fills; empty for other settings.
    """

    capability: str
    place: str
    parameter: str = ""

    def __str__(self) -> str:
        return f"{self.capability} ({self.place})"

    @property
    def path(self) -> str:
        """The setting's own path, without the file: an artifact holds no path of a machine."""
        return self.place.rpartition(": ")[2]


def check(plan: Plan, exporter: Exporter, lossy: Collection[str]) -> tuple[Requirement, ...]:
    """Check that the target can express all that was set.

    Args:
        lossy: settings that may be lost, by capability (`image`, `resources.cpu`) or by the first
            word of one (`resources`).

    Returns:
        The settings that are lost.

    Raises:
        UnsupportedError: the target cannot express a setting that is not waived, or a volume
            hides the project.
        PlanError: a local file is lost between tasks that share no disk, or after them.
        UsageError: a waiver names no setting.
    """
    mistakes = Mistakes()
    losses: tuple[Requirement, ...] = ()
    with mistakes:
        losses = check_settings(plan, exporter, lossy)
    with mistakes:
        check_mounts(plan, exporter)
    with mistakes:
        check_files(plan, exporter)
    mistakes.raise_all()
    return losses


def check_settings(
    plan: Plan, exporter: Exporter, lossy: Collection[str]
) -> tuple[Requirement, ...]:
    """Check the same of settings alone, also of a plan that is no more than an outline.

    Raises:
        UnsupportedError: the target cannot express a setting that is not waived.
        UsageError: a waiver names no setting.
    """
    if faults := faults_of_waivers(lossy):
        raise UsageError(*faults)
    losses = dict(_losses(plan, exporter))
    refusals = {item: how for item, how in losses.items() if not _is_waived(item.capability, lossy)}
    if refusals:
        title = title_of(exporter, plan.options)
        findings = (_finding(item, how, exporter, title) for item, how in refusals.items())
        raise UnsupportedError(*findings)
    return tuple(losses)


def _losses(plan: Plan, exporter: Exporter) -> Iterator[tuple[Requirement, str]]:
    """Yield what the target cannot express, each with what to do instead, once a place."""
    support = capabilities_of(exporter, plan.options)
    tables = [(support, [*_run_settings(plan), *_run_facts(plan)])]
    # A task has more or less of them, by where it runs.
    tables += [
        (capabilities_of_task(exporter, plan.options, task.settings), _task_settings(task.settings))
        for task in plan.tasks
    ]
    losses = {
        item: table[item.capability].how
        for table, items in tables
        for item in items
        if table[item.capability].level == "unsupported"
    }
    yield from ((item, losses[item]) for item in _in_order(losses))


def declared(plan: Plan, exporter: Exporter) -> set[str]:
    """Return the capabilities that the target declares for the tasks of a plan and for its run."""
    return set().union(*(expressible(exporter, plan.options, task.settings) for task in plan.tasks))


def expressible(exporter: Exporter, options: Mapping[str, Any], settings: TaskSettings) -> set[str]:
    """Return the capabilities that the target declares for a task with these settings."""
    return _names(capabilities_of_task(exporter, options, settings))


def _names(support: Mapping[str, Support]) -> set[str]:
    return {name for name, how in support.items() if how.level != "unsupported"}


def requirements(plan: Plan) -> list[Requirement]:
    """Return each capability that a plan needs, once a place, in the order of the capabilities."""
    of_tasks = [item for task in plan.tasks for item in _task_settings(task.settings)]
    return _in_order({*of_tasks, *_run_settings(plan), *_run_facts(plan)})


def _in_order(needs: Iterable[Requirement]) -> list[Requirement]:
    order = list(CAPABILITIES)
    return sorted(needs, key=lambda a: (order.index(a.capability), a.place, a.parameter))


def _task_settings(settings: TaskSettings) -> list[Requirement]:
    return [
        Requirement(capability, place)
        for key, place in settings.places.items()
        for capability in setting_of(key).needs(settings)
    ]


def _run_settings(plan: Plan) -> Iterator[Requirement]:
    run = plan.run
    values = {s.name: s.artifact(run) for s in RUN_SETTINGS if s.artifact and s.capabilities}
    # Who starts others by a dataset needs the target to know datasets, like who is started.
    values["schedule.datasets"] = values["schedule.datasets"] or plan.announced
    # Only where they were asked for: the default offers what the target can take.
    values["parameters"] = plan.parameters and "parameters" in run.places
    values["memory.store"] = run.memory == "store"
    values["memory.cleanup"] = plan.cleanup
    values |= notices(run)
    for key, value in values.items():
        if value:
            yield Requirement(key, run.places.get(key.partition(".")[0], key))


def _run_facts(plan: Plan) -> Iterator[Requirement]:
    place = plan.run.places.get("run_parameters", "run_parameters")
    for parameter, fact in plan.run.run_parameters.items():
        yield Requirement(f"run_parameters.{fact}", place, parameter)


def _is_waived(capability: str, lossy: Collection[str]) -> bool:
    if capability in NEVER_LOST:
        return False
    return capability in lossy or capability.partition(".")[0] in lossy


def faults_of_waivers(lossy: Collection[str]) -> list[Finding]:
    """Return what is wrong with the names of settings that may be lost."""
    names = {*CAPABILITIES, *(name.partition(".")[0] for name in CAPABILITIES)}
    return [
        Finding(
            what=f"There is no setting `{name}`.",
            where="--allow-lossy",
            remedy=did_you_mean(name, names),
        )
        for name in lossy
        if name not in names
    ]


def _finding(requirement: Requirement, how: str, exporter: Exporter, title: str) -> Finding:
    name = requirement.capability
    leave = NEVER_LOST.get(name) or (
        f"Leave the setting out, or accept its loss: --allow-lossy {name}, or in the settings "
        f"`allow_lossy: [{name}]` under targets.{exporter.name}."
    )
    what = f"{title} cannot express `{requirement.capability}` here."
    if requirement.parameter:
        lack = _FACTS[requirement.capability.partition(".")[2]]
        what = f"A run of {title} has {lack} that could fill `{requirement.parameter}`."
    return Finding(
        what=what,
        where=requirement.place,
        remedy=f"{how} {leave}".strip(),
    )
