"""Options that count only for tasks that run in one way or another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipway.planner.plan import Plan
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs.place import places_of
from shipway_exporters.airflow.runs.pod_override import is_in_pods

_IN_CONTAINERS = ("docker", "kubernetes")
_PLACES: Mapping[str, Collection[str]] = {
    "image": _IN_CONTAINERS,
    "volumes": _IN_CONTAINERS,
    "container": _IN_CONTAINERS,
    "network": ("docker",),
    "startup_timeout": ("kubernetes",),
    "keep_failed_pods": ("kubernetes",),
    "deferrable": ("kubernetes",),
    "executor": ("local",),
    "python": ("local",),
    "root": ("local",),
}
_OF_PODS = ("image", "volumes", "container")
"""Those that count for the pods of Airflow's own workers as well."""


def idle_options(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield each option that no task of a plan makes use of, with the reason."""
    places = places_of(plan)
    for option, of in _PLACES.items():
        counts = places.intersection(of) or (option in _OF_PODS and is_in_pods(plan.options))
        if option in plan.options and not counts:
            yield TARGET.option(option), f"none of its tasks has `run_on: {'` or `'.join(of)}`"
    place = plan.run.places.get("project_dir")
    if place and "project_dir" in plan.options.get("container", {}) and "local" not in places:
        yield place, f"`{TARGET.option('container.project_dir')}` comes first"
