"""What a deployment fills its pool's job template with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.schemas.strict import problems_in
from shipway_exporters.containers.place import no_image
from shipway_exporters.prefect.compute import the_same
from shipway_exporters.prefect.docker_variables import docker_variables
from shipway_exporters.prefect.job_template import MARK, is_needed
from shipway_exporters.prefect.kubernetes_variables import device_of, kubernetes_variables
from shipway_exporters.prefect.limits import check_limits
from shipway_exporters.prefect.options import TARGET
from shipway_exporters.prefect.pod_volumes import check_pod_volumes
from shipway_exporters.prefect.process_place import Place
from shipway_exporters.prefect.rules_variables import job_variable_rules
from shipway_exporters.prefect.setting_texts import check_texts
from shipway_exporters.prefect.twice_set import check_set_once

BY_POOL: Mapping[str, Callable[[Plan], Iterator[tuple[str, Any]]]] = {
    "docker": docker_variables,
    "kubernetes": kubernetes_variables,
}


def job_variables(plan: Plan, place: Place) -> dict[str, Any]:
    """Return the variables, the image first and those of the target's options last.

    Raises:
        UnsupportedError: the pool knows no such variable, or cannot give the tasks what their
            settings ask for; or a limit is below the request, a volume is not there, or a variable
            is set twice.
    """
    own = plan.options.get("job_variables", {})
    _check(plan, place, own)
    check_set_once(plan)
    variables = dict(_of_settings(plan, place))
    check_texts(plan, variables)
    for name, value in own.items():
        # The user's own have the last word; of a mapping, each key for itself.
        is_mapping = isinstance(value, Mapping) and isinstance(variables.get(name), Mapping)
        variables[name] = {**variables[name], **value} if is_mapping else value
    if place.is_container:
        check_limits(plan, place.pool, own, variables)
    if place.pool == "kubernetes":
        check_pod_volumes(variables)
    if has_own_template(plan, variables):
        variables["env"] = {**variables.get("env", {}), **MARK}
    return variables


def has_own_template(plan: Plan, variables: Iterable[str]) -> bool:
    """Tell whether the pool is to be made from the job template beside the deployment."""
    names = {*variables} - {*further(plan)}
    return Place(plan).pool == "kubernetes" and is_needed(names)


def further(plan: Plan) -> Collection[str]:
    """Return the names of the variables that only the pool's own job template knows."""
    return tuple(plan.options.get("work_pool", {}).get("variables", ()))


def device_in_template(plan: Plan, place: Place) -> str | None:
    """Return the device that the pool's job template must know, if there is one."""
    return device_of(plan) if place.pool == "kubernetes" else None


def _of_settings(plan: Plan, place: Place) -> Iterator[tuple[str, Any]]:
    if place.is_container:
        yield "image", _image(plan)
        yield from BY_POOL[place.pool](plan)


def _check(plan: Plan, place: Place, variables: Mapping[str, Any]) -> None:
    """Check the variables that the settings give; a pool ignores those that it does not know.

    Raises:
        UnsupportedError: a variable is unknown to the pool's own job template, or wrong.
    """
    rules = job_variable_rules(place.pool, device_in_template(plan, place), further(plan))
    findings = [
        Finding(
            what=problem.what,
            where=".".join((TARGET.option("job_variables"), *map(str, problem.path))),
            remedy=problem.remedy,
        )
        for problem in problems_in(variables, rules)
    ]
    if findings:
        raise UnsupportedError(*findings)


def _image(plan: Plan) -> str:
    """The one image of a run.

    Raises:
        UnsupportedError: the tasks' settings name several, or nothing names one.
    """
    default = plan.options.get("image")
    if image := the_same(plan, "image", lambda settings: settings.image, default):
        return str(image)
    raise UnsupportedError(no_image("The flow", TARGET))
