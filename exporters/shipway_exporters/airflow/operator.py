"""Parts that the operators of a DAG file have alike, whatever runs their tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipway.artifacts.python_literals import WIDTH, Code, literal
from shipway.planner.plan import Plan

MOMENTS: Mapping[str, str] = {
    "logical_date": "logical_date",
    "interval_start": "data_interval_start",
    "interval_end": "data_interval_end",
}
"""What Airflow calls the moments of a run, in a task's context. A run that was triggered without a
date has none of them (Airflow 3); then the one after which it was to run stands in."""
RUN_FACTS: Mapping[str, str] = {
    f"run_parameters.{fact}": "read from the task's context" for fact in ("run_id", *MOMENTS)
}
"""The facts of a run that fill parameters, as capabilities."""


def signature(arguments: Mapping[str, str]) -> str:
    """Return the first line of `__init__`, or its lines where it is long.

    Args:
        arguments: each with the source of its default; an empty one for none.
    """
    words = ["self", "*", *(f"{n}={value}" if value else n for n, value in arguments.items())]
    words.append("**kwargs")
    line = f"def __init__({', '.join(words)}) -> None:"
    # Four for the indent of a method.
    if len(line) + 4 <= WIDTH:
        return line
    return "\n".join(["def __init__(", *(f"        {word}," for word in words), "    ) -> None:"])


def moments(plan: Plan, is_2: bool) -> Iterator[str]:
    """Yield the lines that take the moments of a run that fill parameters from its context."""
    facts = set(plan.run.run_parameters.values())
    names = [name for fact, name in MOMENTS.items() if fact in facts]
    if names and not is_2:
        yield "# A run that was triggered without a date has only that after which it was to run."
        yield 'run = context["dag_run"]'
    for name in names:
        yield (
            f'{name} = context["{name}"]'
            if is_2
            else (f'{name} = context.get("{name}") or run.run_after')
        )


def run_parameters(plan: Plan, constants: str, start: str) -> str | None:
    """Return what fills parameters in each run, by dotted names; `None` where nothing does.

    Args:
        constants: source of what every run has, with the operator behind it.
        start: what stands before both on the first line.
    """
    if not plan.run.run_parameters:
        return None
    values = {
        name: Code(f"{MOMENTS[fact]}.isoformat()" if fact in MOMENTS else 'context["run_id"]')
        for name, fact in sorted(plan.run.run_parameters.items())
    }
    return constants + literal(values, 8, 8 + len(start + constants))
