"""Options of a target, and what comes before them, that have no effect on a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway.targets.exporter import Exporter, KnowsIdleOptions

_IN_PLACE_OF_SETTINGS: Mapping[str, Callable[[TaskSettings], bool]] = {
    "image": lambda settings: bool(settings.image),
    "volumes": lambda settings: settings.has_own_volumes,
}
"""Options for tasks whose settings say nothing of the kind, and whether those of one do."""


def idle_options(plan: Plan, exporter: Exporter) -> Iterator[str]:
    """Yield a note for each."""
    places = {**dict(_of_settings(plan, exporter)), **_of_exporter(plan, exporter)}
    for place, why in places.items():
        yield f"`{place}` has no effect on `{plan.subject}`: {why}."


def _of_exporter(plan: Plan, exporter: Exporter) -> dict[str, str]:
    return dict(exporter.idle_options(plan)) if isinstance(exporter, KnowsIdleOptions) else {}


def _of_settings(plan: Plan, exporter: Exporter) -> Iterator[tuple[str, str]]:
    section = f"targets.{exporter.name}"
    for option, is_own in _IN_PLACE_OF_SETTINGS.items():
        is_idle = all(is_own(task.settings) for task in plan.tasks)
        if option in plan.options and is_idle:
            yield f"{section}.{option}", f"the settings of each of its tasks have `{option}`"
    place = plan.run.places.get("project_dir")
    if place and "project_dir" in plan.options and "defaults." not in place:
        yield place, f"`{section}.project_dir` comes first"
