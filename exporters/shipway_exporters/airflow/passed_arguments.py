"""Arguments of Airflow's own, from the settings into a DAG file and back.

For all tasks they stand under `targets.airflow.task`; for some, under `targets: {airflow: …}` of a
pipeline, a tag, a namespace or a node, which goes before. What only one operator knows counts for
its tasks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.problems import Problem
from shipway_exporters.airflow.argument_rules import refusal_of
from shipway_exporters.airflow.argument_shapes import task_arguments
from shipway_exporters.airflow.argument_tables import (
    OPERATORS,
    Argument,
    arguments_of,
    arguments_of_operator,
)
from shipway_exporters.airflow.jinja_texts import untemplated
from shipway_exporters.python_files.durations import to_timedelta

_PREFIX = "airflow."


def dag_arguments_of(plan: Plan) -> dict[str, Any]:
    """Return the further arguments of the DAG, ready for the file."""
    known = arguments_of("DAG", version_of(plan))
    return _literals(plan.options.get("dag", {}), known)


def task_arguments_of(plan: Plan, task: Task, operator: str) -> dict[str, Any]:
    """Return the further arguments of a task, ready for the file.

    Raises:
        UnsupportedError: its own settings name one that its operator does not take.
    """
    values = {**plan.options.get("task", {}), **_own(plan, task, operator)}
    known = known_to(plan, operator)
    return _literals({k: v for k, v in sorted(values.items()) if k in known}, known)


def check_arguments(plan: Plan, operators: Iterable[str]) -> None:
    """Check that each argument for all tasks counts for one of them at least.

    Args:
        operators: those of the plan's tasks.

    Raises:
        UnsupportedError: none of the operators knows an argument.
    """
    known = set().union(*(known_to(plan, operator) for operator in operators))
    if lost := [name for name in plan.options.get("task", {}) if name not in known]:
        raise UnsupportedError(*(_for_nobody(plan, name) for name in lost))


def known_to(plan: Plan, operator: str) -> Mapping[str, Argument]:
    """Return the arguments that an operator knows; one of ours knows those of `BaseOperator`."""
    return arguments_of_operator(operator, version_of(plan))


def version_of(plan: Plan) -> str:
    """Return the release of Airflow that will load the DAG."""
    return str(plan.options.get("version", "3"))


def differing(plan: Plan, cls: str, planned: Mapping[str, Any], actual: Mapping[str, Any]) -> Any:
    """Return the passed arguments that a file has otherwise than planned, as pairs; else nothing.

    Args:
        cls: the class that takes them: `DAG`, or the task's operator.
        actual: all arguments of the call in the file.
    """
    names = dict.fromkeys((*planned, *(name for name in actual if _is_passed(plan, cls, name))))
    pairs = {name: (planned.get(name), actual.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if repr(pair[0]) != repr(pair[1])}


def has_durations(arguments: Iterable[Any]) -> bool:
    """Tell whether a value is a `timedelta`."""
    return any(isinstance(value, Call) and value.function == "timedelta" for value in arguments)


def _is_passed(plan: Plan, cls: str, name: str) -> bool:
    version = version_of(plan)
    known = arguments_of("DAG", version) if cls == "DAG" else known_to(plan, cls)
    classes = {cls, "BaseOperator"} & {"DAG", *OPERATORS} if cls != "DAG" else {cls}
    return name in known and not any(refusal_of(one, name, version) for one in classes)


def _own(plan: Plan, task: Task, operator: str) -> dict[str, Any]:
    own = {
        key.removeprefix(_PREFIX): value
        for key, value in task.settings.target_arguments.items()
        if key.startswith(_PREFIX)
    }
    if not own:
        return {}
    problems: list[Problem] = []
    values = task_arguments(version_of(plan)).read(own, (), problems) or {}
    known = known_to(plan, operator)
    problems += [_not_here(name, task, operator) for name in values if name not in known]
    if problems:
        raise UnsupportedError(*_findings(task, problems))
    return values


def _not_here(name: str, task: Task, operator: str) -> Problem:
    what = f"`{name}` is no argument of {operator}, by which `{task.label}` runs."
    remedy = f"Under `targets.airflow.task`, `{name}` counts for the operator's tasks alone."
    return Problem((name,), what, remedy)


def _for_nobody(plan: Plan, name: str) -> Finding:
    knowing = [operator for operator in OPERATORS if name in known_to(plan, operator)]
    return Finding(
        what=f"`{name}` is an argument of {' and '.join(knowing)}, and no task runs so.",
        where=f"targets.airflow.task.{name}",
        remedy="Leave it out, or write it under `targets: {airflow: …}` of the pipelines or nodes "
        "whose tasks do.",
    )


def _findings(task: Task, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        place = task.settings.places.get(f"targets.{_PREFIX}{problem.path[0]}")
        yield Finding(what=problem.what, where=place, remedy=problem.remedy)


def _literals(values: Mapping[str, Any], known: Mapping[str, Argument]) -> dict[str, Any]:
    return {name: _literal(value, known[name]) for name, value in values.items()}


def _literal(value: Any, about: Argument) -> Any:
    if "duration" in about.kinds:
        return to_timedelta(value)
    return _plain(value, about.templated)


def _plain(value: Any, templated: bool) -> Any:
    """A value as the file has it: lists for what the settings hold as tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(item, templated) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, templated) for item in value]
    return untemplated(value) if templated and isinstance(value, str) else value
