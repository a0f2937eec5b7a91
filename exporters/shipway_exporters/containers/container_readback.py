"""What a container says, read back: the opposite of `words` and of what goes with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import VOLUME_KINDS
from shipway.tasks import task_job
from shipway_exporters.containers.arguments import MODULE
from shipway_exporters.containers.escapes import unescape_expansions
from shipway_exporters.containers.resources import GPU

# The kinds of values are no options: they are told by name and hold a placeholder.
_KINDS = "text|json|float|yaml|moment"
_OPTION = re.compile(rf"--(?!(?:{_KINDS})=)(?P<name>[a-z-]+)=(?P<value>.*)", re.DOTALL)
# The name is greedy up to the placeholder, for a parameter's name may itself hold a `=`.
_PARAMETER = re.compile(
    rf"--(?P<kind>{_KINDS})=(?P<name>.*)=(?P<placeholder>(?:\{{\{{|\$\().*)", re.DOTALL
)


def without_prefix(command: Sequence[str]) -> tuple[tuple[str, ...], Sequence[str]]:
    """Return the words before the project's Python, as they arrive, and the command from there."""
    starts = [i for i in range(2, len(command)) if [*command[i - 1 : i + 1]] == ["-m", MODULE]]
    # The last: what comes behind it are options, and what comes before it may be anything.
    start = starts[-1] - 2 if starts else 0
    return tuple(map(unescape_expansions, command[:start])), command[start:]


def options_in(
    words: Iterable[str], unescape: Callable[[str], str] = unescape_expansions
) -> dict[str, Any]:
    """Return the job that a container's options make up.

    Args:
        unescape: what a word's value is once it arrives; by default as Kubernetes expands it.
    """
    matches = filter(None, map(_OPTION.fullmatch, words))
    texts = {match["name"]: unescape(match["value"]) for match in matches}
    return {
        name.replace("-", "_"): json.loads(text) if name in task_job.JSON_OPTIONS else text
        for name, text in texts.items()
    }


def parameters_in(words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the parameters that are handed over: how, which one, and what stands for its value."""
    for match in filter(None, map(_PARAMETER.fullmatch, words)):
        yield match["kind"], unescape_expansions(match["name"]), match["placeholder"]


def env_in(variables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the environment variables of a container, as Kubernetes expands them."""
    return {variable["name"]: unescape_expansions(variable["value"]) for variable in variables}


def run_facts(jobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the jobs of all tasks have in common; where they differ, all that they say.

    The store counts in those that use it.
    """
    facts = [task_job.run_facts(job) for job in jobs]
    values = {
        # A task that exchanges nothing in memory is told of no store, and disagrees with nobody.
        key: [one.get(key) for one in facts if key in one or key != "memory.store"]
        for key in sorted({key for one in facts for key in one})
    }
    return {k: of[0] if all(one == of[0] for one in of) else of for k, of in values.items()}


def fact_inputs(tasks: Sequence[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """Return the parameters that every task has filled in alike, by capability."""
    common = set.intersection(*(set(facts.items()) for facts in tasks))
    any_task = {item for facts in tasks for item in facts.items()}
    odd = {(f"{parameter} of some tasks", fact) for parameter, fact in any_task - common}
    return {
        f"run_parameters.{fact}": frozenset(name for name, f in common | odd if f == fact)
        for _, fact in any_task
    }


def without_options(plan: Plan, task: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the options of the target give to a task that has nothing of its own."""
    own = plan.task_by_name[task].settings
    volumes = [*map(to_volume, plan.options.get("volumes", ()))]
    lent = {
        "image": None if own.image else plan.options.get("image"),
        # The exporter writes this name where the settings have none; the settings do not hold it.
        "resources.gpu_type": None if own.gpu_type else GPU,
        **{
            f"volumes.{kind}": {volume.mount: volume for volume in volumes if volume.kind == kind}
            for kind in VOLUME_KINDS
            if not own.has_own_volumes
        },
    }
    return {key: value for key, value in settings.items() if lent.get(key) != value}
