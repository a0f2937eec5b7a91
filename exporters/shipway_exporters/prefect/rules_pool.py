"""Whether a deployment and the job template of its pool fit together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding
from shipway.planner.plan import Plan
from shipway.schemas.document import mapping, sequence, value_at
from shipway.schemas.findings import findings
from shipway.schemas.problems import Problem
from shipway.schemas.records import Record
from shipway.schemas.strict import problems_in
from shipway_exporters.prefect.job_template import MARK, NAME
from shipway_exporters.prefect.job_variables import device_in_template, further, has_own_template
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.rules_template import mark_faults, template_faults
from shipway_exporters.prefect.rules_variables import job_variable_rules


def pool_findings(plan: Plan, document: Any, path: str, template: str | None) -> list[Finding]:
    """Return what a pool would pass over in silence, or refuse.

    Args:
        document: the deployment's file, which stands at `path`.
        template: the text of the job template beside it, if there is one.
    """
    place = Place(plan)
    result: list[Finding] = []
    for number, deployment in enumerate(sequence(mapping(document).get("deployments"))):
        variables = mapping(value_at(deployment, "work_pool", "job_variables"))
        start = ("deployments", number, "work_pool", "job_variables")
        faults = [*_faults(plan, place, variables, has_template=template is not None)]
        result += findings(path, (Problem((*start, *p.path), p.what, p.remedy) for p in faults))
        if template is not None:
            file = f"{path.rpartition('/')[0]}/{NAME}"
            names = variables.keys() - {*further(plan)}
            result += findings(file, template_faults(_parsed(template), names))
    return result


def _faults(
    plan: Plan, place: Place, variables: Mapping[str, Any], *, has_template: bool
) -> Iterator[Problem]:
    env = {k: v for k, v in mapping(variables.get("env")).items() if k not in MARK}
    own = {k: v for k, v in variables.items() if k != "env"} | ({"env": env} if env else {})
    yield from problems_in(own, _rules(plan, place))
    if has_own_template(plan, variables):
        yield from mark_faults(variables)
        if not has_template:
            yield Problem((), f"There is no {NAME}, which the pool needs for these variables.")


def _rules(plan: Plan, place: Place) -> Record:
    return job_variable_rules(place.pool, device_in_template(plan, place), further(plan))


def _parsed(template: str) -> Any:
    try:
        return json.loads(template)
    except ValueError as error:
        return str(error)
