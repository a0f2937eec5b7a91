"""What a code location needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, needs_of
from shipway_exporters.dagster.own_arguments import pool_of
from shipway_exporters.dagster.place import is_in_pods, place_of
from shipway_exporters.dagster.pods import image_of
from shipway_exporters.python_files.worker_surroundings import python_of, root_of

_RELEASES = ((1, 13), (2,))
_STORES = {"webhook": "the environment of the code location, as a variable"}


def surroundings(plan: Plan) -> Surroundings:
    """Return what a code location needs around it."""
    place, in_pods = place_of(plan), is_in_pods(plan.options)
    homes = {**_STORES, **(_of_pods(plan) if in_pods else {})}
    return Surroundings(
        package="dagster",
        releases=_RELEASES,
        python=None if in_pods else python_of(place),
        needs=(
            *(_images(plan) if in_pods else ()),
            *([root_of(place)] if place.has_root else ()),
            *_pools(plan),
            *needs_of(plan, homes),
        ),
    )


def _images(plan: Plan) -> Iterator[Need]:
    yield Need("the `K8sRunLauncher`", "Dagster's instance", "its executor makes pods as that does")
    why = "a step loads this file in its pod, and runs the project there"
    for image in dict.fromkeys(image_of(plan, task) for task in plan.tasks):
        where = f"the image `{image}`" if image else "the image of the code location"
        yield Need("`dagster`, `dagster-k8s`, the project and Shipway", where, why)


def _of_pods(plan: Plan) -> dict[str, str]:
    namespace = plan.tasks[0].settings.namespace
    home = f"the namespace `{namespace}`" if namespace else "the namespace of the runs"
    return dict.fromkeys(("secret", "pod_secret", "config_map", "claim"), home)


def _pools(plan: Plan) -> Iterator[Need]:
    for pool in dict.fromkeys(pool_of(plan, task) for task in plan.tasks):
        if pool:
            yield Need(f"the limit of the pool `{pool}`", "Dagster's instance", "tasks at once")
