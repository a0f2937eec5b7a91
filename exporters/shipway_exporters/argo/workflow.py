"""From a plan to a WorkflowTemplate, and to a CronWorkflow where runs start by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.artifacts.yaml_head import yaml_head
from shipway.artifacts.yaml_literals import block
from shipway.planner.plan import Plan
from shipway.targets.exporter import Rendering
from shipway_exporters.argo.checks import check_plan
from shipway_exporters.argo.options import TARGET, TTL
from shipway_exporters.argo.parameters import Argument, arguments_of
from shipway_exporters.argo.sizes import check_sizes
from shipway_exporters.argo.templates import MAIN, ON_EXIT, Templates
from shipway_exporters.containers.whole_pod import object_metadata, whole_seconds, without_none

API = "argoproj.io/v1alpha1"
DESCRIPTION, OWNER = "workflows.argoproj.io/description", "owner"
"""Annotations: the first is what Argo's pages show."""
RUNS = "runs"
"""The key in a config map that says how many runs may overlap."""


def rendering(plan: Plan) -> Rendering:
    """Return the file of a plan.

    Raises:
        UnsupportedError: Argo or Kubernetes would refuse some of it, or change it.
    """
    check_plan(plan)
    arguments = arguments_of(plan)
    templates = Templates(plan, arguments)
    template = _template(plan, arguments, templates)
    notes = check_sizes(plan, template, templates, arguments)
    spec = template.pop("spec")
    items = spec.pop("templates")
    return Rendering(
        template="argo/workflow.yaml.j2",
        path=f"{plan.name}.yaml",
        context={
            **yaml_head(plan, TARGET.name),
            "name": plan.name,
            "head": block(template),
            "spec": block(spec, 2),
            "templates": [block([item], 4) for item in items],
            "others": [block(item) for item in (_cron(plan, arguments), _limit(plan)) if item],
        },
        notes=notes,
    )


def _template(
    plan: Plan, arguments: Mapping[str, Argument], templates: Templates
) -> dict[str, Any]:
    parameters = [argument.definition for argument in arguments.values()]
    parts = {
        "entrypoint": MAIN,
        "onExit": ON_EXIT if plan.options.get("on_exit") else None,
        "parallelism": plan.run.parallel_tasks,
        "synchronization": lock(plan.name, plan.run.runs),
        "podGC": _one("strategy", plan.options.get("pod_gc")),
        "ttlStrategy": {
            TTL[event]: whole_seconds(seconds)
            for event, seconds in sorted(plan.options.get("ttl", {}).items())
        },
        "imagePullSecrets": _pull_secrets(plan),
        # Of the runs and of their pods, as of the template itself.
        "workflowMetadata": _one("labels", _labels(plan)),
        "podMetadata": _one("labels", _labels(plan)),
        "arguments": _one("parameters", parameters),
        "templates": templates.all(),
    }
    spec = {key: value for key, value in parts.items() if value}
    return {**_object("WorkflowTemplate", plan), "spec": spec}


def _cron(plan: Plan, arguments: Mapping[str, Argument]) -> dict[str, Any]:
    schedule = plan.run.schedule
    if schedule is None or schedule.cron is None:
        return {}
    values = [arguments[name].value(v) for name, v in sorted(schedule.parameters.items())]
    spec = {
        "schedules": [schedule.cron],
        "timezone": schedule.timezone,
        # A run that finds another at work is left out; the lock alone would let them pile up.
        "concurrencyPolicy": "Forbid" if plan.run.runs == 1 else "Allow",
        "startingDeadlineSeconds": whole_seconds(plan.options.get("starting_deadline")),
        "workflowSpec": {
            "workflowTemplateRef": {"name": plan.name},
            **({"arguments": {"parameters": values}} if values else {}),
        },
    }
    return {**_object("CronWorkflow", plan), "spec": without_none(spec)}


def _object(kind: str, plan: Plan, api: str = API, name: str = "") -> dict[str, Any]:
    texts = {OWNER: plan.run.owner, DESCRIPTION: plan.run.description}
    metadata = object_metadata(plan, name or plan.name, texts)
    return {"apiVersion": api, "kind": kind, "metadata": metadata}


def _labels(plan: Plan) -> dict[str, str]:
    return dict(sorted(plan.run.labels.items()))


def lock(name: str, runs: int | None) -> dict[str, Any]:
    """Return `synchronization`: what keeps runs from overlapping, or more than some of them."""
    if runs is None:
        return {}
    if runs == 1:
        return {"mutexes": [{"name": name}]}
    return {"semaphores": [{"configMapKeyRef": {"name": f"{name}-runs", "key": RUNS}}]}


def _limit(plan: Plan) -> dict[str, Any]:
    """Return the config map in which Argo looks how many runs may overlap."""
    if (plan.run.runs or 1) == 1:
        return {}
    config_map = _object("ConfigMap", plan, "v1", f"{plan.name}-runs")
    return {**config_map, "data": {RUNS: str(plan.run.runs)}}


def _pull_secrets(plan: Plan) -> list[dict[str, str]]:
    return [{"name": name} for name in plan.tasks[0].settings.image_pull_secrets]


def _one(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}
