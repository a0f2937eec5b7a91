"""What a container's process is told: the arguments of `python -m shipway.runtime`.

They fall into two parts: what all tasks of a run are told alike, which an artifact need hold but
once, and what is a task's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from shipway.planner.plan import Plan, Task
from shipway.tasks.task_job import run_options, task_options
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.place import project_dir, python_of
from shipway_exporters.containers.target import Target

MODULE = "shipway.runtime"
NO_KEDRO_RUN = "Plain `kedro run` cannot be given the parameters that a run is started with."
"""Why a target of containers does not declare `run_with`: `kedro run` splits and converts texts."""
NO_INTERVAL = "Use `logical_date`: the time for which the run was scheduled."
"""What to do on a target whose runs have no interval."""


@dataclass(frozen=True, kw_only=True)
class Placeholders:
    """How an argument says what only a run knows.

    Args:
        run_id: the run's name; a retry keeps it.
        created: when the run was created; a retry keeps it, too.
        facts: the facts of a run that can fill a parameter, by the name that the settings have for
            them (`logical_date`): those that the target declares, of `run_parameters.…`.
        kinds: how a fact is handed over that is no text yet, likewise: see `parameter`.
        literal: what makes a text that is none of these arrive as it is.
    """

    run_id: str
    created: str
    facts: Mapping[str, str]
    literal: Callable[[str], str]
    kinds: Mapping[str, str] = field(default_factory=dict)


def command(plan: Plan, target: Target, placeholders: Placeholders) -> list[str]:
    """Return what every task of a run begins with: the program, and what all are told alike.

    Raises:
        UnsupportedError: the project's folder in the image is no absolute path.
    """
    program = [placeholders.literal(python_of(plan)), "-m", MODULE]
    return [*program, *_run(plan, target, placeholders)]


def arguments(
    plan: Plan, task: Task, placeholders: Placeholders, *, names_only: bool = False
) -> list[str]:
    """Return what one task is told besides, without the values of its parameters.

    Args:
        names_only: leave out what each node reads and writes, which of very many nodes is more
            than an argument may hold. The digest of their pipeline says whether they are what was
            exported, as well.
    """
    words = task_options(plan, task)
    if names_only:
        # Names alone are the shortest that still says which nodes to run.
        nodes = json.dumps([node.name for node in task.nodes], ensure_ascii=False)
        words = {**words, "nodes": nodes}
    return [placeholders.literal(f"--{name}={value}") for name, value in words.items()]


def cleanup_arguments(plan: Plan, placeholders: Placeholders) -> list[str]:
    """Return what the last task is told, which empties the store."""
    return [placeholders.literal(f"--store={plan.run.store}"), "--clean-store"]


def parameter(kind: str, name: str, placeholder: str) -> str:
    """Return the argument that hands over the value of one parameter.

    Args:
        kind: how the value is written: `text`, `json`, `float`, `yaml` or `moment`.
    """
    # Kubernetes expands `$(…)` and `$$` in a name as well; the placeholder is the target's own.
    return f"--{kind}={escape_expansions(name)}={placeholder}"


def _run(plan: Plan, target: Target, placeholders: Placeholders) -> Iterator[str]:
    yield placeholders.literal(f"--project={project_dir(plan, target)}")
    # Placeholders are not made literal: the server is meant to fill them in.
    yield f"--run-id={placeholders.run_id}"
    yield f"--created={placeholders.created}"
    for name, value in run_options(plan).items():
        yield placeholders.literal(f"--{name}={value}")
    # Facts are texts, since JSON has no type for a date.
    for name, fact in sorted(plan.run.run_parameters.items()):
        yield parameter(placeholders.kinds.get(fact, "text"), name, placeholders.facts[fact])
