"""What a code location needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, needs_of
from shipway_exporters.python_files.process_place import process_place
from shipway_exporters.python_files.worker_surroundings import python_of, root_of

_RELEASES = ((1, 13), (2,))
_STORES = {"webhook": "the environment of the code location, as a variable"}


def surroundings(plan: Plan) -> Surroundings:
    """Return what a code location needs around it."""
    place = process_place(plan, "dagster")
    return Surroundings(
        package="dagster",
        releases=_RELEASES,
        python=python_of(place),
        needs=(root_of(place), *_pool(plan), *needs_of(plan, _STORES)),
    )


def _pool(plan: Plan) -> Iterator[Need]:
    if pool := plan.options.get("pool"):
        yield Need(f"the limit of the pool `{pool}`", "Dagster's instance", "tasks at once")
