"""What a job needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, needs_of

_HOMES = {
    "secret": "the workspace: its name is that of the scope",
    "webhook": "the workspace's notification destinations, by its id",
}


def surroundings(plan: Plan) -> Surroundings:
    """Return what a job needs around it; the server is in no environment of Python's."""
    return Surroundings(needs=(*needs_of(plan, _HOMES), *_bundle(plan), *_tables(plan)))


def _bundle(plan: Plan) -> Iterator[Need]:
    what = f"`include` of the file resources/{plan.name}.job.yml"
    yield Need(what, "databricks.yml of the bundle", "deploying the job")


def _tables(plan: Plan) -> Iterator[Need]:
    schedule = plan.run.schedule
    for name in schedule.datasets if schedule else ():
        table = plan.options.get("tables", {}).get(name, name)
        yield Need(f"the table `{table}`", "Unity Catalog", f"runs start by `{name}`")
