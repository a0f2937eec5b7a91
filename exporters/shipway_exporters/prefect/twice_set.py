"""Variables that the settings give the process of a task, and job variables give the whole run.

The process comes later, so that what a job variable says of the same name would be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.schemas.document import mapping
from shipway_exporters.prefect.options import TARGET


def check_set_once(plan: Plan) -> None:
    """Check that no variable has two values.

    Raises:
        UnsupportedError: one has; one finding for each place in the settings.
    """
    own = mapping(plan.options.get("job_variables", {}).get("env"))
    findings = {(f.what, f.where): f for f in _findings(plan, own.keys())}
    if findings:
        raise UnsupportedError(*findings.values())


def _findings(plan: Plan, own: Collection[str]) -> Iterator[Finding]:
    for settings in (task.settings for task in plan.tasks):
        for kind, names in (("env", settings.env), ("secrets", settings.secrets)):
            for name in sorted(names.keys() & own):
                place = settings.places.get(f"{kind}.{name}")
                yield Finding(
                    what=f"The variable `{name}` is set twice.",
                    where=f"{place} and {TARGET.option(f'job_variables.env.{name}')}",
                    remedy="Leave one of them out.",
                )
