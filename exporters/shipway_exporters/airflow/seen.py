"""A DAG file read back, from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.literals import Call
from shipway.planner.plan import Plan
from shipway.seen import Seen, SeenTask
from shipway.syntax import source, value_of

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "owner", "labels"}
    | {"schedule.cron", "schedule.datasets", "schedule.catchup"}
    | {"concurrency.runs", "concurrency.tasks"}
)
_SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
_OPERATORS = ("KedroTask", "CleanUpTask")


def seen_in(plan: Plan, text: str) -> Seen:
    """Return what a DAG file says."""
    (block,) = (item for item in ast.parse(text).body if isinstance(item, ast.With))
    dag = value_of(block.items[0].context_expr)
    given = dict(dag.kwargs)
    tasks = dict(_tasks(block.body, given.get("default_args", {})))
    names = {variable: name for variable, (name, _) in tasks.items()}
    needs = _needs(block.body, names)
    return Seen(
        name=given["dag_id"],
        tasks={
            name: replace(task, needs=frozenset(needs.get(name, ())))
            for name, task in tasks.values()
        },
        parameters={name: param.args[0] for name, param in given.get("params", {}).items()},
        run=_run(given, plan),
        keys=_KEYS,
    )


def _tasks(
    body: list[ast.stmt], shared: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, SeenTask]]]:
    """Yield each task by its variable: its name, and all but its edges."""
    for statement in body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
            continue
        call = value_of(statement.value)
        if call.function in _OPERATORS:
            given = {**shared, **dict(call.kwargs)} if call.function == "KedroTask" else {}
            nodes = given.get("nodes", {})
            task = SeenTask(
                nodes=dict.fromkeys(nodes) if isinstance(nodes, list) else nodes,
                needs=frozenset(),
                settings=dict(_settings(given)),
            )
            yield source(statement.targets[0]), (dict(call.kwargs)["task_id"], task)


def _settings(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    retries = given.get("retries") or 0
    if retries:
        yield "retries", retries
        if "retry_delay" in given:
            yield "retry_delay", _seconds(given["retry_delay"])
    backoff = given.get("retry_exponential_backoff")
    if backoff and retries > 1 and "retry_delay" in given:
        yield "retry_backoff", 2.0 if backoff is True else backoff
    if "execution_timeout" in given:
        yield "timeout", _seconds(given["execution_timeout"])
    if given.get("env"):
        yield "env", given["env"]


def _needs(body: list[ast.stmt], names: Mapping[str, str]) -> dict[str, set[str]]:
    """The edges, `before >> after`, by what comes after."""
    found: dict[str, set[str]] = {}
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp):
            edge = statement.value
            before = edge.left.elts if isinstance(edge.left, ast.List) else [edge.left]
            found.setdefault(names[source(edge.right)], set()).update(
                names[source(item)] for item in before
            )
    return found


def _run(given: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    schedule = given.get("schedule")
    found = {
        "schedule.catchup": given.get("catchup"),
        "concurrency.runs": given.get("max_active_runs"),
        "concurrency.tasks": given.get("max_active_tasks"),
        "owner": given.get("default_args", {}).get("owner"),
        "labels": _labels(given.get("tags", ()), plan),
    }
    if isinstance(schedule, Call):
        found["schedule.cron"] = (schedule.args[0], dict(schedule.kwargs)["timezone"])
    elif schedule:
        found["schedule.datasets"] = frozenset(_dataset(asset, plan) for asset in schedule)
    return {key: value for key, value in found.items() if value}


def _labels(tags: Sequence[str], plan: Plan) -> dict[str, str]:
    """A tag is a key and a value with a colon between them, and both may hold one."""
    known = {key: value for key, value in plan.run.labels.items() if f"{key}:{value}" in tags}
    others = set(tags) - {f"{key}:{value}" for key, value in known.items()}
    return {**known, **dict.fromkeys(others, "")}


def _dataset(asset: Call, plan: Plan) -> str:
    uri = str(dict(asset.kwargs).get("uri") or asset.args[0])
    return uri.removeprefix(f"kedro://{plan.project}/")


def _seconds(pause: Call) -> float:
    return float(sum(_SECONDS[unit] * amount for unit, amount in pause.kwargs))
