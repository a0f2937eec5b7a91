"""What a flow and its deployment need around them: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, needs_of
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.references import is_reference
from shipway_exporters.python_files.worker_surroundings import python_of, root_of

_RELEASES = ((3, 8), (4,))
_BLOCKS = {"secret": "Prefect, as a Secret block", "webhook": "Prefect, as a Webhook block"}
_OF_POOL: Mapping[str, Mapping[str, str]] = {
    "process": {},
    "docker": {"claim": "Docker, as a volume", "host_path": "each worker's machine"},
    "kubernetes": dict.fromkeys(
        ("pod_secret", "config_map", "claim"), "the namespace of the pool's jobs"
    ),
}


def surroundings(plan: Plan) -> Surroundings:
    """Return what a flow needs around it."""
    place = Place(plan)
    return Surroundings(
        package="prefect",
        releases=_RELEASES,
        python=None if place.is_container else python_of(place.process),
        needs=(
            *_of_workers(plan, place),
            *needs_of(plan, {**_BLOCKS, **_OF_POOL[place.pool]}),
            *_of_git(plan),
            *_of_job_variables(plan.options.get("job_variables", {})),
        ),
    )


def _of_workers(plan: Plan, place: Place) -> Iterator[Need]:
    name = plan.options.get("work_pool", {}).get("name", "default")
    yield Need(f"the work pool `{name}` of the type {place.pool}", "Prefect", "the deployments")
    if not place.is_container:
        yield root_of(place.process)


def _of_git(plan: Plan) -> Iterator[Need]:
    if token := plan.options.get("git", {}).get("token"):
        yield Need(f"the secret `{token}`", _BLOCKS["secret"], "cloning the repository")


def _of_job_variables(value: Any) -> Iterator[Need]:
    if isinstance(value, str) and is_reference(value):
        yield Need(f"what `{value}` names", "Prefect", "a job variable")
    for item in value.values() if isinstance(value, Mapping) else ():
        yield from _of_job_variables(item)
    for item in value if isinstance(value, list) else ():
        yield from _of_job_variables(item)
