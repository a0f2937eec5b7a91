"""What the settings say of tasks, as arguments; and what of it stands in `default_args`.

Airflow fills in arguments of `KedroOperator` from there as well as its own (`BaseOperatorMeta.
_apply_defaults`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway_exporters.airflow.imports import EARLY
from shipway_exporters.airflow.passed_arguments import known_to, task_arguments_of
from shipway_exporters.airflow.runs.registry import run_of
from shipway_exporters.python_files.durations import to_timedelta

_NONE: Mapping[str, Any] = {
    "retry_exponential_backoff": False,
    "execution_timeout": None,
    "executor_config": {},
}
"""How a task says that it has none where `default_args` has one, whatever its operator: an argument
goes before those, also one that is `None`. The others have no such value: where nothing is set, the
deployment's own holds (`[core] default_task_retries`)."""
_OF_EVERY_OPERATOR = frozenset(
    {"owner", "retries", "retry_delay", "retry_exponential_backoff", "execution_timeout"}
)


@dataclass(frozen=True)
class OwnSettings:
    """What was set for a task.

    Args:
        arguments: by the name of the operator's argument.
        nothing: how its operator is told that it has none of an argument.
        known: further arguments that its operator knows.
    """

    arguments: Mapping[str, Any]
    nothing: Mapping[str, Any]
    known: Collection[str] = ()

    def knows(self, name: str) -> bool:
        """Tell whether something is an argument of its operator, among those that are emitted."""
        emitted = (self.arguments, self.nothing, self.known, _OF_EVERY_OPERATOR)
        return any(name in names for names in emitted)


def settings_of(plan: Plan, task: Task) -> OwnSettings:
    """Return what was set for a task.

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
    }
    own = {name: value for name, value in arguments.items() if value is not None}
    run = run_of(plan, task)
    passed = task_arguments_of(plan, task, run.operator)
    return OwnSettings(
        {**own, **run.settings(plan, task), **passed},
        {**_NONE, **run.nothing},
        known_to(plan, run.operator).keys(),
    )


def default_args(tasks: Sequence[OwnSettings]) -> dict[str, Any]:
    """Return the value of each argument that most tasks have, if at least half of them have it.

    Those of whose operator it is an argument count.
    """
    names = dict.fromkeys(name for task in tasks for name in task.arguments)
    defaults: dict[str, Any] = {}
    for name in names:
        knowing = [task for task in tasks if task.knows(name)]
        of_name = [task.arguments[name] for task in tasks if name in task.arguments]
        # By text, since values such as a mapping have no hash to count them by.
        texts = list(map(repr, of_name))
        values = dict(zip(texts, of_name, strict=True))
        text, times = Counter(texts).most_common(1)[0]
        # An argument that some tasks do not have is shared only if those can say so.
        can_say_so = all(name in task.arguments or name in task.nothing for task in knowing)
        if 2 * times >= len(knowing) and can_say_so and not _is_rendered_in_place(values[text]):
            defaults[name] = values[text]
    return defaults


def _is_rendered_in_place(value: Any) -> bool:
    """Tell whether several tasks of one process would render a value one after the other.

    Airflow makes new lists and mappings of those that it renders, and changes models of Kubernetes'
    client (`KubernetesPodOperator._render_nested_template_fields`).
    """
    models = [item for item in value if isinstance(item, Call)] if isinstance(value, list) else []
    return any("{{" in repr(model) for model in models)


def own(task: OwnSettings, defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a task has otherwise than `default_args`."""
    for name in {**task.arguments, **defaults}:
        if not task.knows(name):
            continue
        value = task.arguments[name] if name in task.arguments else task.nothing[name]
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
