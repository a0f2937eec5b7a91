"""Options that count only for steps that run in one way or the other."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.plan import Plan
from shipway_exporters.dagster.place import TARGET, is_in_pods, place_of

_OF_PODS = ("image", "volumes", "keep_jobs")


def idle_options(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield each option that no task of a plan makes use of, with the reason."""
    if is_in_pods(plan.options):
        if "root" in plan.options and not place_of(plan).has_root:
            yield TARGET.option("root"), "in an image, the project stands at an absolute path"
        return
    for option in _OF_PODS:
        if option in plan.options:
            yield TARGET.option(option), "it counts with `run_on: kubernetes` there"
