"""From a plan to `prefect.yaml`: the deployment of its flow."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.artifacts.yaml_literals import block, comment
from shipway.planner.plan import Plan
from shipway_exporters.prefect.deployment_parameters import parameters_of
from shipway_exporters.prefect.flow_names import deployment_name, flow_function
from shipway_exporters.prefect.flow_parameters import arguments_of
from shipway_exporters.prefect.job_template import NAME
from shipway_exporters.prefect.job_variables import has_own_template
from shipway_exporters.prefect.process_place import Place

_STEPS = "prefect.deployments.steps"


def deployment(plan: Plan, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template of `prefect.yaml` needs.

    Args:
        variables: the values for the pool's job template.
    """
    place = Place(plan)
    file = f"{folder_of(plan)}/{NAME}"
    return {
        **yaml_head(plan, "prefect"),
        "file": comment(shlex.quote(f"{folder_of(plan)}/prefect.yaml")),
        "pool": comment(shlex.quote(_pool(plan))),
        "job_template": comment(shlex.quote(file)) if has_own_template(plan, variables) else None,
        "unscheduled": [
            comment(shlex.quote(f"{plan.name}/{_name(plan, of)}"))
            for of in deployed(plan)
            if not of.run.schedule
        ],
        "jobs": comment(shlex.quote(plan.name)) if plan.jobs else None,
        "idle": "A deployment below has" if plan.jobs else "It has",
        "pull": block({"pull": list(_pull(plan, place))}),
        "deployments": block(
            {"deployments": [dict(_deployment(plan, of, variables)) for of in deployed(plan)]}
        ),
    }


def deployed(plan: Plan) -> Sequence[Plan]:
    """Return what the deployments of a flow are of: several jobs, or the plan itself."""
    return plan.jobs or (plan,)


def _name(plan: Plan, of: Plan) -> str:
    """A job among several has the name that its own flow would have."""
    return of.name if plan.jobs else deployment_name(plan)


def folder_of(plan: Plan) -> str:
    """Return where the files of a flow stand, below the project."""
    return normpath(f"{folder_in(plan.options)}/{plan.name}")


def folder_in(options: Mapping[str, Any]) -> str:
    """Return where the folders of all flows stand, below the project."""
    return str(options.get("folder", "deploy/prefect"))


def _pull(plan: Plan, place: Place) -> Iterator[dict[str, Any]]:
    """The steps before a run, after which the flow's file is found from the working directory."""
    git: Mapping[str, str] = plan.options.get("git", {})
    if git:
        step = {"id": "clone", "repository": git["repository"]}
        step |= {"branch": git["branch"]} if "branch" in git else {}
        if "token" in git:
            # A reference, which the worker resolves: no token stands in the file.
            step["access_token"] = f"{{{{ prefect.blocks.secret.{git['token']} }}}}"
        yield {f"{_STEPS}.git_clone": step}
    yield {f"{_STEPS}.set_working_directory": {"directory": _directory(place)}}


def _directory(place: Place) -> str:
    """The project's own folder, to which the entrypoint is relative."""
    if place.is_absolute:
        return place.project_dir
    start = "{{ clone.directory }}" if place.is_cloned else f"{{{{ ${place.root} }}}}"
    return start if place.project_dir == "." else f"{start}/{place.project_dir}"


def _deployment(plan: Plan, of: Plan, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    run = of.run
    yield "name", _name(plan, of)
    # Not the time or the commit: an export of the same plan must give the same file.
    yield "version", of.digests["plan"]
    yield "entrypoint", f"{folder_of(plan)}/flow.py:{flow_function(plan.name)}"
    if tags := list(_tags(plan)):
        yield "tags", tags
    # Prefect then refuses a run with a wrong value when it is created, before any task.
    yield "enforce_parameter_schema", True
    if run.runs is not None:
        collision = plan.options.get("collision", "ENQUEUE")
        yield "concurrency_limit", {"limit": run.runs, "collision_strategy": collision}
    if run.schedule:
        yield "schedules", [dict(_schedule(of))]
    if parameters := dict(parameters_of(plan, of)):
        yield "parameters", parameters
    if plan.options.get("paused"):
        yield "paused", True
    yield "work_pool", dict(_work_pool(plan, variables))


def _tags(plan: Plan) -> Iterator[str]:
    yield from (f"{key}:{value}" for key, value in plan.run.labels.items())
    if plan.run.owner:
        yield f"owner:{plan.run.owner}"


def _schedule(plan: Plan) -> Iterator[tuple[str, Any]]:
    schedule = plan.run.schedule
    if schedule and schedule.cron:
        yield "cron", schedule.cron
        yield "timezone", schedule.timezone
        # By the slug, a later deploy finds this schedule again and changes it.
        yield "slug", "shipway"
        if schedule.parameters:
            argument_names = {a.parameter.name: a.name for a in arguments_of(plan)}
            yield (
                "parameters",
                {argument_names[k]: v for k, v in sorted(schedule.parameters.items())},
            )


def _work_pool(plan: Plan, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    pool = plan.options.get("work_pool", {})
    yield "name", _pool(plan)
    if "queue" in pool:
        yield "work_queue_name", pool["queue"]
    if variables:
        yield "job_variables", variables


def _pool(plan: Plan) -> str:
    return str(plan.options.get("work_pool", {}).get("name", "default"))
