"""What a container says, read back: the opposite of `words` and of what goes with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shipway.planner.plan import Plan
from shipway.tasks.command import JSON_OPTIONS
from shipway_exporters.containers.escapes import expanded
from shipway_exporters.containers.resources import GPU

_OPTION = re.compile(r"--(?!(?:text|json|float|yaml)=)(?P<name>[a-z-]+)=(?P<value>.*)", re.DOTALL)
_PARAMETER = re.compile(
    r"--(?P<kind>text|json|float|yaml)=(?P<name>.*)=(?P<placeholder>\{\{.*)", re.DOTALL
)
_OF_A_TASK: Mapping[str, str] = {
    "pipeline": "pipeline",
    "digest": "digest",
    "from_run": "from-run",
    "before_run": "before-run",
    "stored": "stored",
    "runner": "runner",
}
_OF_A_RUN: Mapping[str, str] = {
    "memory.store": "store",
    "load_versions": "load-versions",
    "constants": "params",
    "kedro_env": "env",
    "conf_source": "conf-source",
}
KEYS = frozenset({*_OF_A_TASK, *_OF_A_RUN})
"""What can be read back of the words, by the names of `shipway.artifacts.readback`."""


def options_in(words: Iterable[str]) -> dict[str, Any]:
    """Return what a container is told, by option; that of JSON as such."""
    matches = filter(None, map(_OPTION.fullmatch, words))
    texts = {match["name"]: expanded(match["value"]) for match in matches}
    return {k: json.loads(text) if k in JSON_OPTIONS else text for k, text in texts.items()}


def parameters_in(words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the parameters that are handed over: how, which one, and what stands for its value."""
    for match in filter(None, map(_PARAMETER.fullmatch, words)):
        yield match["kind"], match["name"], match["placeholder"]


def nodes_in(options: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the nodes of a task, each with its signature; of very many the names alone."""
    nodes = options.get("nodes", {})
    return dict.fromkeys(nodes) if isinstance(nodes, list) else nodes


def task_facts(options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what one task is told besides its nodes."""
    for key, option in _OF_A_TASK.items():
        if option in options:
            yield key, options[option]


def env_in(variables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the environment variables of a container, as Kubernetes expands them."""
    return {variable["name"]: expanded(variable["value"]) for variable in variables}


def run_facts(tasks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield what all tasks are told alike, of the store those that use it; else all of it.

    Args:
        tasks: what each is told, by option.
    """
    for key, option in _OF_A_RUN.items():
        values = [task.get(option) for task in tasks if option in task or key != "memory.store"]
        is_alike = all(value == values[0] for value in values)
        if any(values):
            yield key, values[0] if is_alike else values


def without_options(plan: Plan, task: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the options of the target give to a task that has nothing of its own."""
    own = plan.task_by_name[task].settings
    volumes = {item["mount"]: item["claim"] for item in plan.options.get("volumes", ())}
    lent = {
        "image": None if own.image else plan.options.get("image"),
        "resources.gpu_type": None if own.gpu_type else GPU,
        "volumes": None if own.volumes else volumes,
    }
    return {key: value for key, value in settings.items() if lent.get(key) != value}
