"""Datasets that are tables: what starts a run, and what a run must write to start others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan


def tables_in(plan: Plan) -> list[str]:
    """Return the tables whose update starts a run.

    Raises:
        UnsupportedError: nothing says which table a dataset is, of those and of the ones that a
            task writes for others to start by.
    """
    tables: Mapping[str, str] = plan.options.get("tables", {})
    schedule = plan.run.schedule
    awaited = schedule.datasets if schedule else ()
    announced = (name for names in plan.announced.values() for name in names)
    lost = [name for name in dict.fromkeys((*awaited, *announced)) if name not in tables]
    if lost:
        raise UnsupportedError(*_findings(plan, lost))
    return [tables[name] for name in awaited]


def datasets_in(names: Iterable[str], plan: Plan) -> frozenset[str]:
    """Return the datasets that tables are; a table that is none stands under its own name."""
    datasets = {table: name for name, table in plan.options.get("tables", {}).items()}
    return frozenset(datasets.get(name, name) for name in names)


def _findings(plan: Plan, names: Iterable[str]) -> Iterable[Finding]:
    for name in names:
        yield Finding(
            what=f"Databricks starts runs by tables, and nothing says which one `{name}` is.",
            where=plan.run.places.get("schedule", "schedule of another pipeline"),
            remedy=f"Set `tables: {{{name}: catalog.schema.table}}` under targets.databricks.",
        )
