"""What the operator of a DAG file holds: only what its tasks need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.command import (
    configuration_options,
    pipeline_option,
    takes_dollar_braces,
    version_options,
)
from shipway.literals import literal, string
from shipway.planner.plan import Plan, Task
from shipway.signature import signature

_CREATED = 'context["dag_run"].run_after.isoformat()'
"""When a run was created, or the moment it stands for: what no retry and no clearing changes."""
_CREATED_2 = 'str(max(context["logical_date"], context["data_interval_end"]))'
_FACTS: Mapping[str, str] = {
    "run_id": 'context["run_id"]',
    "logical_date": '(context.get("logical_date") or late).isoformat()',
    "interval_start": '(context.get("data_interval_start") or late).isoformat()',
    "interval_end": '(context.get("data_interval_end") or late).isoformat()',
}
"""Source for each fact of a run. A run that was triggered without a date has none of the moments
(Airflow 3); then the one after which it was to run stands in."""


def operator(plan: Plan, is_2: bool) -> dict[str, Any]:
    """Return what the template needs for the operator and the constants above it."""
    with_runtime = plan.run.run_with != "kedro"
    return {
        "is_runtime": with_runtime,
        "more": list(_more(plan)),
        "has_env": any(task.settings.env for task in plan.tasks),
        "has_parameters": has_parameters(plan),
        "settable": bool(plan.parameters),
        "run_parameters": [
            {"name": string(name), "value": _FACTS[fact]}
            for name, fact in sorted(plan.run.run_parameters.items())
        ],
        "has_moments": bool(set(plan.run.run_parameters.values()) - {"run_id"}),
        "created": _CREATED_2 if is_2 else _CREATED,
        "cleans": plan.cleanup is not None,
        "called": "shipway.runtime" if with_runtime else "kedro run",
        "root": _root(plan),
        "python": string(str(plan.options.get("python", ".venv/bin/python"))),
        "project_dir": string(plan.run.project_dir or "."),
        "package": string(plan.project),
        **_constants(plan),
        **(_job(plan) if with_runtime else _kedro_run(plan)),
    }


def has_parameters(plan: Plan) -> bool:
    """Tell whether a run sets any parameter."""
    return bool(plan.parameters or plan.constants or plan.run.run_parameters)


def told(plan: Plan, task: Task) -> Iterator[tuple[str, Any]]:
    """Yield what a task says to the operator of its nodes."""
    yield "pipeline", task.pipeline
    if plan.run.run_with == "kedro":
        yield "nodes", [node.name for node in task.nodes]
    else:
        yield "nodes", {node.name: signature(node) for node in task.nodes}
        for name, by_task in _carried(plan):
            if task.name in by_task:
                yield name, list(by_task[task.name])
    if task.settings.runner:
        yield "runner", task.settings.runner


def _carried(plan: Plan) -> Sequence[tuple[str, Mapping[str, Sequence[str]]]]:
    return (("from_run", plan.from_run), ("stored", plan.stored))


def _more(plan: Plan) -> Iterator[dict[str, str]]:
    """Arguments that only some tasks give, with type and default."""
    for name, by_task in _carried(plan) if plan.run.run_with != "kedro" else ():
        if by_task:
            yield {"name": name, "type": "list[str] | None", "default": "None"} | {
                "value": f"{name} or []"
            }
    if any(task.settings.runner for task in plan.tasks):
        default = string("SequentialRunner")
        yield {"name": "runner", "type": "str", "default": default, "value": "runner"}


def _constants(plan: Plan) -> dict[str, str | None]:
    given: dict[str, tuple[str, Any]] = {
        "constants": ("PARAMETERS", dict(plan.constants)),
        "pipelines": ("PIPELINES", dict(plan.homes)),
        "load_versions": ("LOAD_VERSIONS", dict(plan.run.load_versions)),
        "store": ("STORE", plan.run.store if plan.stored else None),
    }
    return {
        key: literal(value, 0, len(f"{name} = ")) if value else None
        for key, (name, value) in given.items()
    }


def _job(plan: Plan) -> dict[str, Any]:
    """What every task of the pipeline is told, as items of a dict."""
    given = {
        "exported": plan.pipeline,
        "env": plan.env,
        "conf_source": plan.configuration,
    }
    facts = [f"{string(name)}: {string(value)}" for name, value in given.items() if value]
    return {"facts": facts}


def _kedro_run(plan: Plan) -> dict[str, Any]:
    words = (*configuration_options(plan), *version_options(plan))
    return {
        "pipeline_option": pipeline_option(plan),
        "takes_dollar_braces": takes_dollar_braces(plan),
        "configuration": [string(word) for word in words],
    }


def _root(plan: Plan) -> dict[str, str]:
    given = plan.options.get("root") or {"env": f"{plan.project.upper()}_ROOT"}
    ((kind, name),) = given.items()
    return {"kind": kind, "name": string(name)}
