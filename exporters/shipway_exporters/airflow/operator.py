"""What the operator of a DAG file holds: only what its tasks need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import WIDTH, Code, literal, string
from shipway.planner.plan import Plan, Task
from shipway.tasks.command import (
    configuration_options,
    pipeline_option,
    takes_dollar_braces,
    version_options,
)

MOMENTS: Mapping[str, str] = {
    "logical_date": "logical_date",
    "interval_start": "data_interval_start",
    "interval_end": "data_interval_end",
}
"""What Airflow calls the moments of a run, in a task's context. A run that was triggered without a
date has none of them (Airflow 3); then the one after which it was to run stands in."""


def operator(plan: Plan, is_2: bool) -> dict[str, Any]:
    """Return what the template needs for the operator and the constants above it."""
    is_runtime = plan.run.run_with != "kedro"
    has_env = any(task.settings.env for task in plan.tasks)
    told = _told(plan, is_runtime)
    project_dir = plan.run.project_dir if plan.run.project_dir != "." else None
    facts = set(plan.run.run_parameters.values())
    return {
        "is_runtime": is_runtime,
        "is_2": is_2,
        "signature": _signature(told, has_env),
        "attributes": [*_attributes(told, has_env, is_runtime)],
        "has_env": has_env,
        "has_runner": "runner" in told,
        "settable": bool(plan.parameters),
        "moments": [name for fact, name in MOMENTS.items() if fact in facts],
        "run_parameters": _run_parameters(plan, is_runtime),
        "root": _root(plan),
        "python": string(str(plan.options.get("python", ".venv/bin/python"))),
        "project_dir": string(project_dir) if project_dir else None,
        "folder": "folder" if project_dir else "root",
        **({} if is_runtime else _kedro_run(plan)),
    }


def kedro_run(task: Task) -> Iterator[tuple[str, Any]]:
    """Yield what a task tells the operator that calls `kedro run`."""
    yield "pipeline", task.pipeline
    yield "nodes", [node.name for node in task.nodes]


def _told(plan: Plan, is_runtime: bool) -> dict[str, str]:
    """Return what a task tells the operator, with the source of its default; empty for none."""
    cleans = plan.cleanup is not None
    told = {
        "pipeline": string("__default__") if cleans else "",
        "nodes": "()" if cleans else "",
        **(dict.fromkeys(_carried(plan), "()") if is_runtime else {}),
    }
    if any(task.settings.runner for task in plan.tasks):
        told["runner"] = string("SequentialRunner")
    if cleans:
        told["clean_store"] = "False"
    return told


def _carried(plan: Plan) -> Iterator[str]:
    """Yield what the jobs of some tasks alone say of their datasets."""
    by_key = {"from_run": plan.from_run, "before_run": plan.before_run, "stored": plan.stored}
    yield from (key for key, by_task in by_key.items() if by_task)


def _signature(told: Mapping[str, str], has_env: bool) -> str:
    """Return the first line of `__init__`, or its lines where it is long."""
    defaults = {**told, **({"env": "None"} if has_env else {})}
    words = ["self", "*", *(f"{n}={value}" if value else n for n, value in defaults.items())]
    words.append("**kwargs")
    line = f"def __init__({', '.join(words)}) -> None:"
    if len(line) + 4 <= WIDTH:
        return line
    return "\n".join(["def __init__(", *(f"        {word}," for word in words), "    ) -> None:"])


def _attributes(told: Mapping[str, str], has_env: bool, is_runtime: bool) -> Iterator[str]:
    """Yield how the operator keeps what a task tells it."""
    if is_runtime:
        start = "self.job = "
        yield start + literal({name: Code(name) for name in told}, 8, 8 + len(start))
    else:
        yield from (f"self.{name} = {name}" for name in told)
    if has_env:
        yield "self.env = env or {}"


def _run_parameters(plan: Plan, is_runtime: bool) -> str | None:
    """Return what fills parameters in each run, by dotted names, over what every run has."""
    if not plan.run.run_parameters:
        return None
    values = {
        name: Code(f"{MOMENTS[fact]}.isoformat()" if fact in MOMENTS else "run.run_id")
        for name, fact in sorted(plan.run.run_parameters.items())
    }
    fixed = 'JOB["params"] | ' if is_runtime and plan.constants else ""
    start = '        job["params"] = ' if is_runtime else "        params |= "
    return fixed + literal(values, 8, len(start + fixed))


def _kedro_run(plan: Plan) -> dict[str, Any]:
    words = (*configuration_options(plan), *version_options(plan))
    constants = literal(dict(plan.constants), 0, len("PARAMETERS = "))
    return {
        "constants": constants if plan.constants else None,
        "pipeline_option": pipeline_option(plan),
        "takes_dollar_braces": takes_dollar_braces(plan),
        "configuration": literal([*words], 8, len("        command += ")) if words else None,
    }


def _root(plan: Plan) -> dict[str, str]:
    given = plan.options.get("root") or {"env": f"{plan.project.upper()}_ROOT"}
    ((kind, name),) = given.items()
    return {"kind": kind, "name": string(name)}
