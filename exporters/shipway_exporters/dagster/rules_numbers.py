"""Numbers in a file that Dagster takes as they are, whatever they would come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway_exporters.dagster.parsed_file import ParsedFile, ParsedTask

_MOST_KINDS = 3


def numbers(file: ParsedFile) -> Iterator[Problem]:
    """Yield each number that is none, or too small."""
    yield from _at_least(("RUN", "timeout"), file.run.get("timeout"), 0, is_open=True)
    yield from _at_least(("kedro", "growth"), file.growth, 1)
    yield from _at_least(("RUNS",), file.constants.get("RUNS"), 1, is_whole=True)
    value = file.executor_config.get("max_concurrent")
    yield from _at_least(("job", "max_concurrent"), value, 1, is_whole=True)
    yield from _policy(("RETRY",), file.constants.get("RETRY"), file)
    for name, task in file.tasks.items():
        yield from _of_task(name, task, file)


def _of_task(name: str, task: ParsedTask, file: ParsedFile) -> Iterator[Problem]:
    yield from _at_least((name, "timeout"), task.job.get("timeout"), 0, is_open=True)
    yield from _at_least((name, "growth"), task.job.get("growth"), 1)
    policy = task.decorator.get("retry_policy")
    if policy != Code("RETRY"):
        yield from _policy((name, "retry_policy"), policy, file)
    elif "RETRY" not in file.constants:
        yield Problem((name, "retry_policy"), "There is no RETRY.")
    for spec in task.specs:
        kinds = dict(spec.kwargs).get("kinds")
        if isinstance(kinds, Code) and kinds.source.count(",") >= _MOST_KINDS:
            yield Problem((name, "kinds"), f"An asset has {_MOST_KINDS} kinds at most.")


def _policy(place: DocumentPath, policy: Any, _file: ParsedFile) -> Iterator[Problem]:
    if policy is None:
        return
    arguments = dict(policy.kwargs) if isinstance(policy, Call) else {}
    yield from _at_least((*place, "max_retries"), arguments.get("max_retries"), 1, is_whole=True)
    yield from _at_least((*place, "delay"), arguments.get("delay"), 0)
    if unknown := sorted(arguments.keys() - {"max_retries", "delay", "jitter"}):
        yield Problem((*place, unknown[0]), f"No pause of ours is made of `{unknown[0]}`.")


def _at_least(
    place: DocumentPath, value: Any, least: int, *, is_whole: bool = False, is_open: bool = False
) -> Iterator[Problem]:
    if value is None:
        return
    kinds = (int,) if is_whole else (int, float)
    is_number = isinstance(value, kinds) and not isinstance(value, bool)
    if not is_number or value < least or (is_open and value == least):
        kind = "whole number" if is_whole else "number"
        yield Problem(place, f"{display(value)} is no {kind} of {least} or more.")
