"""What a container's process is told, as the operators of Docker and Kubernetes have it alike.

What all tasks of a run are told stands in a constant, `RUN`; a task's own words follow it. Airflow
renders both before the task runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.python_literals import Code, literal
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task, defaults
from shipway.tasks import task_job
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway.tasks.task_job import as_options, run_job
from shipway_exporters.airflow.jinja_texts import rendering_of, untemplated
from shipway_exporters.airflow.operator import MOMENTS
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.containers.arguments import MODULE
from shipway_exporters.containers.container_readback import options_in
from shipway_exporters.containers.place import in_containers, project_dir, python_of


@dataclass(frozen=True, kw_only=True)
class Escapes:
    """What makes a word arrive as it is behind Airflow's own rendering.

    Args:
        text: makes it of a text.
        back: the opposite.
        value: the filter of Jinja that makes it of what only a run knows.
    """

    text: Callable[[str], str]
    back: Callable[[str], str]
    value: str = ""


MACROS = "dag.user_defined_macros"
RUN_FACTS: Mapping[str, str] = {
    f"run_parameters.{fact}": "a template of Airflow's" for fact in ("run_id", *MOMENTS)
}
"""The facts of a run that fill parameters, as capabilities."""
_OTHER_WORDS = "words of a run"
KEYS = frozenset({*task_job.KEYS, *RUN_FACTS, _OTHER_WORDS, "image", "command_prefix", "env"})
"""What can be read back of tasks in containers."""
_ABOUT = "# What all tasks are told of their run; Airflow fills in what only the run knows."
_TASK = "{{ task.task_id }}"
_CREATED = "{{ dag_run.run_after.isoformat() }}"
# Airflow 2 has no moment after which a run was to run, so its own is made of what stays.
_CREATED_2 = "{{ [logical_date, data_interval_end] | max }}"
_ROOM = 4096
"""Bytes for what a run adds to a word: an id of at most 250 characters, or a moment."""


def program(plan: Plan, task: Task) -> list[str]:
    """Return what a container starts: the project's Python, and what is to stand before it."""
    python = python_of(in_containers(plan))
    return [*task.settings.command_prefix, python, "-m", MODULE]


def constant(name: str, plan: Plan, is_2: bool, escapes: Escapes) -> str:
    """Return the source of the constant that all tasks' words begin with.

    Raises:
        UnsupportedError: the project's folder in the image is no absolute path.
    """
    words = [*_run_words(plan, is_2, escapes)]
    return f"{_ABOUT}\n{name} = {literal(words, 0, len(f'{name} = '))}"


def task_words(plan: Plan, task: Task, name: str, escapes: Escapes) -> list[Any]:
    """Return the words of one task; of very many nodes, it is told the names alone.

    Raises:
        UnsupportedError: no process can be told so much.
    """
    job = task_job.task_job(plan, task)
    if _size(as_options(job)["nodes"]) > LONGEST_ARGUMENT - _ROOM:
        # The digest of their pipeline says whether they are what was exported, as well.
        job["nodes"] = list(job["nodes"])
    _check_sizes(task, as_options(job))
    return [Code(f"*{name}"), *_words(job, escapes)]


def check_parameters(plan: Plan, task: Task) -> None:
    """Check that a process can be told all parameters, which every task of a plan is told alike.

    Args:
        task: the one that a message names.

    Raises:
        UnsupportedError: no argument holds them.
    """
    # A form sets every parameter.
    _check_sizes(task, {"parameters": json.dumps(defaults(plan))})


def cleanup_words(name: str) -> list[Any]:
    """Return the words of the last task, which empties the store."""
    return [Code(f"*{name}"), "--clean-store"]


def text_in(word: str) -> str:
    """Return what a text is rendered as; the text itself where only a run knows that."""
    rendering = rendering_of(word)
    return word if rendering is None else rendering


def job_in(words: Sequence[Any], constants: Mapping[str, Any], escapes: Escapes) -> dict[str, Any]:
    """Return the job that a task's words make up, and of the constant before them.

    What only a run knows is none of it.
    """
    spread = [w for word in words for w in _spread(word, constants)]
    texts = [text for word in spread if (text := rendering_of(word)) is not None]
    return options_in(texts, escapes.back)


def run_facts(plan: Plan, words: Sequence[str], escapes: Escapes) -> dict[str, Any]:
    """Return what the constant of a file says of the whole run."""
    is_2 = str(plan.options.get("version", "3")).startswith("2")
    facts = task_job.run_facts(job_in(words, {}, escapes))
    # What only a run knows says nothing that could be read: it must be what Airflow is to fill in.
    if others := set(words) ^ {*_run_words(plan, is_2, escapes)}:
        facts[_OTHER_WORDS] = sorted(others)
    return {**facts, **_run_parameters(words, is_2, escapes)}


def _run_parameters(words: Sequence[str], is_2: bool, escapes: Escapes) -> dict[str, Any]:
    """The parameters that the words of a run fill, by capability."""
    names: dict[str, set[str]] = {}
    for word in words:
        for fact in (*MOMENTS, "run_id"):
            start = word.removesuffix(fact_in_run(fact, is_2))
            text = rendering_of(start) if start != word else None
            if text and text.startswith("--text="):
                name = escapes.back(text.removeprefix("--text=").removesuffix("="))
                names.setdefault(f"run_parameters.{fact}", set()).add(name)
    return {capability: frozenset(of) for capability, of in names.items()}


def _spread(word: Any, constants: Mapping[str, Any]) -> Sequence[str]:
    return constants[word.source.removeprefix("*")] if isinstance(word, Code) else [word]


def _run_words(plan: Plan, is_2: bool, escapes: Escapes) -> Iterator[str]:
    folder = project_dir(in_containers(plan), TARGET)
    yield from _words({"project": folder, **run_job(plan)}, escapes)
    yield "--run-id={{ run_id }}"
    yield f"--created={_CREATED_2 if is_2 else _CREATED}"
    yield f"--task={_TASK}"
    if plan.parameters:
        # Jinja's own `tojson` would sort the keys of mappings, whose order a node may depend on.
        yield f"--defaults={{{{ macros.json.dumps(defaults){escapes.value} }}}}"
        yield f"--inputs={{{{ macros.json.dumps(params){escapes.value} }}}}"
    for parameter, fact in sorted(plan.run.run_parameters.items()):
        yield f"{untemplated(escapes.text(f'--text={parameter}='))}{fact_in_run(fact, is_2)}"


def fact_in_run(fact: str, is_2: bool) -> str:
    """Return what Airflow renders as a fact of a run."""
    if fact not in MOMENTS:
        return "{{ run_id }}"
    name = MOMENTS[fact]
    # A run that was triggered without a date has only that after which it was to run.
    moment = name if is_2 else f"({name} | default(dag_run.run_after, true))"
    return f"{{{{ {moment}.isoformat() }}}}"


def _words(job: Mapping[str, Any], escapes: Escapes) -> list[str]:
    options = as_options(job)
    return [untemplated(escapes.text(f"--{name}={value}")) for name, value in options.items()]


def _check_sizes(task: Task, options: Mapping[str, str]) -> None:
    for name, text in options.items():
        if _size(text) > LONGEST_ARGUMENT - _ROOM:
            raise UnsupportedError(
                Finding(
                    what=f"The {name} of a task take {_size(text):,} bytes in an argument of its "
                    f"container's process; Linux takes {LONGEST_ARGUMENT:,}.",
                    where=f"the task `{task.label}`",
                    remedy="Let fewer nodes share it (`group_by`, `groups`), or list under "
                    "`parameters` those that may be set.",
                )
            )


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
