"""Jobs as deployments of one flow: where only their parameters and schedules differ.

A deployment's parameters are those of each of its runs, and a run that is triggered by hand may set
them anew (Prefect, Deployments, "Parameters").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shipway.model import Json
from shipway.planner.plan import Plan, defaults, digest
from shipway.schemas.document import is_odd, places, texts
from shipway.settings.jobs import leaves
from shipway_exporters.prefect.flow_parameters import arguments_of, takes
from shipway_exporters.prefect.references import has_placeholder
from shipway_exporters.prefect.rules_texts import LARGEST


def joins(plan: Plan, job: Plan) -> bool:
    """Tell whether a job differs from its pipeline in what a deployment holds, and in that alone.

    What its deployment cannot hold, or would be refused with, needs a flow of its own.
    """
    before = defaults(plan)
    return digest(_flow(plan, plan)) == digest(_flow(job, plan)) and all(
        name in before and value is not None and takes(before[name], value) and not _is_unfit(value)
        for name, value in constants_of(plan, job).items()
    )


def constants_of(plan: Plan, job: Plan) -> dict[str, Json]:
    """Return what a job sets beside what every run of its pipeline does, by dotted name."""
    common = leaves(plan.constants)
    own = leaves(job.constants).items()
    return {name: value for name, value in own if name not in common}


def parameters_of(plan: Plan, job: Plan) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of a job's deployment, by the names of the flow's arguments."""
    names = {argument.parameter.name: argument.name for argument in arguments_of(plan)}
    own = constants_of(plan, job) if plan.jobs else {}
    yield from ((names[name], value) for name, value in sorted(own.items()))


def _flow(plan: Plan, like: Plan) -> Plan:
    """Return what a plan is without what a deployment of another's flow holds."""
    is_same = [one.name for one in plan.parameters] == [one.name for one in like.parameters]
    return replace(
        plan,
        name=like.name,
        job=None,
        constants=like.constants,
        parameters=like.parameters if is_same else plan.parameters,
        run=replace(plan.run, schedule=None),
    )


def _is_unfit(value: Json) -> bool:
    """Prefect fills in placeholders wherever they stand, and its database does not take all."""
    numbers = (item for _, item in places(value) if isinstance(item, int))
    return any(has_placeholder(text) or is_odd(text) for _, text in texts(value)) or any(
        abs(number) >= LARGEST for number in numbers
    )
