"""Right or refused: what a plan asks for against what its target can express."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from shipway.errors import Finding, UnsupportedError, UsageError, did_you_mean
from shipway.planner.plan import Plan, TaskSettings
from shipway.targets.capabilities import CAPABILITIES, Support
from shipway.targets.exporter import Exporter, capabilities_of

_NEVER_LOST: Mapping[str, str] = {"memory.store": "Set `memory: fuse`."}
"""Settings without which the data does not arrive, and what to do instead."""


@dataclass(frozen=True)
class Asked:
    """A setting that the plan holds: its capability, and where it was set."""

    capability: str
    place: str

    def __str__(self) -> str:
        return f"{self.capability} ({self.place})"

    @property
    def path(self) -> str:
        """The setting's own path, without the file: an artifact holds no path of a machine."""
        return self.place.rpartition(": ")[2]


def check(plan: Plan, exporter: Exporter, lossy: Collection[str]) -> tuple[Asked, ...]:
    """Check that the target can express all that was set.

    Args:
        lossy: settings that may be lost, by capability (`image`, `resources.cpu`) or by the first
            word of one (`resources`).

    Returns:
        The settings that are lost.

    Raises:
        UnsupportedError: the target cannot express a setting that is not waived.
        UsageError: a waiver names no setting.
    """
    _check_waivers(lossy)
    support = capabilities_of(exporter, plan.options)
    lost = [a for a in asked(plan) if support[a.capability].level == "unsupported"]
    refused = [a for a in lost if not _waived(a.capability, lossy)]
    if refused:
        raise UnsupportedError(*(_finding(a, support, exporter) for a in refused))
    return tuple(lost)


def asked(plan: Plan) -> Iterator[Asked]:
    """Yield each capability that a plan needs, once a place, in the order of the capabilities."""
    seen: dict[Asked, None] = {}
    for task in plan.tasks:
        for key, place in _task_settings(task.settings):
            seen[Asked(key, place)] = None
    for key, place in _run_settings(plan):
        seen[Asked(key, place)] = None
    order = list(CAPABILITIES)
    yield from sorted(seen, key=lambda a: (order.index(a.capability), a.place))


def _task_settings(settings: TaskSettings) -> Iterator[tuple[str, str]]:
    for key, place in settings.places.items():
        if key == "runner":  # Kedro's own business, on every target alike
            continue
        yield (key if key in CAPABILITIES else key.partition(".")[0]), place


def _run_settings(plan: Plan) -> Iterator[tuple[str, str]]:
    run = plan.run
    schedule = run.schedule
    set_or_not = {
        "schedule.cron": schedule and schedule.cron,
        "schedule.datasets": (schedule and schedule.datasets) or plan.announced,
        "schedule.start": schedule and schedule.start,
        "schedule.catchup": schedule and schedule.catchup,
        "schedule.parameters": schedule and schedule.parameters,
        "concurrency.runs": run.runs,
        "concurrency.tasks": run.parallel_tasks,
        "parameters": plan.parameters and "parameters" in run.places,
        "run_parameters": run.run_parameters,
        "owner": run.owner,
        "labels": run.labels,
        "description": run.description,
        "memory.store": run.memory == "store",
    }
    for key, value in set_or_not.items():
        if value:
            yield key, run.places.get(key.partition(".")[0], key)


def _waived(capability: str, lossy: Collection[str]) -> bool:
    if capability in _NEVER_LOST:
        return False
    return capability in lossy or capability.partition(".")[0] in lossy


def _check_waivers(lossy: Collection[str]) -> None:
    known = {*CAPABILITIES, *(name.partition(".")[0] for name in CAPABILITIES)}
    findings = [
        Finding(
            what=f"There is no setting `{name}`.",
            where="--allow-lossy",
            remedy=did_you_mean(name, known),
        )
        for name in lossy
        if name not in known
    ]
    if findings:
        raise UsageError(*findings)


def _finding(asked: Asked, support: Mapping[str, Support], exporter: Exporter) -> Finding:
    how = support[asked.capability].how
    leave = _NEVER_LOST.get(asked.capability) or (
        f"Leave the setting out, or accept its loss with --allow-lossy {asked.capability}."
    )
    return Finding(
        what=f"{exporter.title} cannot express `{asked.capability}` here.",
        where=asked.place,
        remedy=f"{how} {leave}".strip(),
    )
