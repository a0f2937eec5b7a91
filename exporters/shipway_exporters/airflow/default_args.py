"""What the settings say of tasks, as arguments; and what of it stands in `default_args`.

Airflow fills in arguments of `KedroOperator` from there as well as its own (`BaseOperatorMeta.
_apply_defaults`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway_exporters.airflow.imports import EARLY
from shipway_exporters.airflow.literals import to_timedelta

_NONE: Mapping[str, Any] = {
    "retry_exponential_backoff": False,
    "execution_timeout": None,
    "env": {},
}
"""How a task says that it has none where `default_args` has one: an argument goes before those,
also one that is `None`. The others have no such value: where nothing is set, the deployment's own
holds (`[core] default_task_retries`)."""


def settings_of(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what was set for a task, by the name of the argument.

    Raises:
        UnsupportedError: this release of Airflow does not know such a pause.
    """
    settings = task.settings
    # A factor of 1 is no growth, and needs no argument.
    growth = settings.retry_backoff or 1
    arguments = {
        "owner": plan.run.owner,
        "retries": settings.retries,
        "retry_delay": settings.retry_delay and to_timedelta(settings.retry_delay),
        "retry_exponential_backoff": _backoff(plan, task, growth) if growth > 1 else None,
        "execution_timeout": settings.timeout and to_timedelta(settings.timeout),
        "runner": settings.runner,
        "env": dict(sorted(settings.env.items())) or None,
    }
    return {name: value for name, value in arguments.items() if value is not None}


def default_args(tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the value of each argument that most tasks have, if at least half of them have it."""
    names = dict.fromkeys(name for arguments in tasks for name in arguments)
    defaults: dict[str, Any] = {}
    for name in names:
        # By text, since values such as a mapping have no hash to count them by.
        values = {repr(task[name]): task[name] for task in tasks if name in task}
        counts = Counter(repr(task[name]) for task in tasks if name in task)
        text, times = counts.most_common(1)[0]
        # An argument that some tasks do not have is shared only if those can say so.
        if 2 * times >= len(tasks) and (name in _NONE or counts.total() == len(tasks)):
            defaults[name] = values[text]
    return defaults


def own(arguments: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a task has otherwise than `default_args`."""
    for name in {**arguments, **defaults}:
        value = arguments[name] if name in arguments else _NONE[name]
        if name not in defaults or value != defaults[name]:
            yield name, value


def _backoff(plan: Plan, task: Task, factor: float) -> bool | float:
    """Releases before 3.2 know only doubling, and say it as `True`; later ones want the factor.

    Source: Airflow, `BaseOperator.retry_exponential_backoff` (bool before task SDK 1.2).
    """
    version = str(plan.options.get("version", "3"))
    if version not in EARLY:
        return factor
    if factor != 2:
        raise UnsupportedError(
            Finding(
                what=f"Airflow {version} can double a pause, not multiply it by {factor}.",
                where=task.settings.places.get("retry_backoff"),
                remedy="Set `retry_backoff: 2`, or a later `version` under targets.airflow.",
            )
        )
    return True
