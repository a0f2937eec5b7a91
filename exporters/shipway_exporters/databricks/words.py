"""The parameters of a task: what `shipway.runtime` is told, by texts and by references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.model import Json, Parameter
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan, Task
from shipway.tasks.task_job import run_options, task_options
from shipway_exporters.databricks.texts import LONGEST, checked, literal

PROJECT = "${workspace.file_path}"
"""Where a bundle puts its files, and so the project."""
RUN_ID = "{{job.run_id}}"
CREATED = "{{job.start_time.iso_datetime}}"
"""A repair keeps both, and so the version under which the run saves."""
FACTS: Mapping[str, str] = {
    "run_id": RUN_ID,
    "logical_date": "{{job.trigger.time.iso_datetime}}",
}
# Jobs API, JobParameterDefinition, `name`.
_NAMES = NameRules(allowed=r"[A-Za-z0-9_.-]", first=r"[A-Za-z0-9_.-]", longest=100)
_ROOM = 40
"""Bytes that what stands for a reference of our own may have: an id, a moment."""


@dataclass(frozen=True)
class Input:
    """A parameter as one of the job.

    Args:
        name: the job's name for it.
        default: its default, as the text that a job holds.
        kind: how the value reaches the task: `text`, `json` or `yaml`.
    """

    name: str
    parameter: Parameter
    default: str
    kind: str

    @property
    def word(self) -> str:
        """The word that hands the value to a task."""
        name = literal(f"--{self.kind}={self.parameter.name}")
        return f"{name}={reference(self.name)}"


def reference(name: str) -> str:
    """Return what stands for the value of a job's parameter.

    Others than letters, digits and `_` need backticks (Databricks, Dynamic value references).
    """
    is_plain = re.fullmatch(r"[A-Za-z0-9_]+", name)
    return f"{{{{job.parameters.{name if is_plain else f'`{name}`'}}}}}"


def inputs_of(plan: Plan) -> tuple[Input, ...]:
    """Return the parameters of the job, one for each that may be set.

    Raises:
        UnsupportedError: they are more than a job may hold.
    """
    names = parameter_names(plan)
    inputs = tuple(_input(names[parameter.name], parameter) for parameter in plan.parameters)
    size = _size({item.name: item.default for item in inputs})
    if size > LONGEST:
        raise UnsupportedError(
            Finding(
                what=f"The parameters of the job take {size:,} bytes as JSON; Databricks takes "
                f"{LONGEST:,}.",
                where=plan.run.places.get("parameters", "parameters, which is not set"),
                remedy="List under `parameters` those that may be set; others keep their value.",
            )
        )
    return inputs


def parameter_names(plan: Plan) -> dict[str, str]:
    """Return what the job calls each parameter, by Kedro's name."""
    return assign((parameter.name for parameter in plan.parameters), _NAMES)


def other_names(plan: Plan) -> Iterator[str]:
    """Yield a note for each parameter that a job cannot have under Kedro's name."""
    for name, other in parameter_names(plan).items():
        if name != other:
            yield (
                f"The parameter `{name}` is set as `{other}`: Databricks has letters, digits, `_`, "
                f"`-` and `.` in their names, and {_NAMES.longest} characters."
            )


def project_dir(plan: Plan) -> str:
    """Return the folder of the project where tasks run."""
    own = plan.options.get("project_dir")
    if own is None and plan.run.project_dir is not None:
        return checked(plan.run.project_dir, plan.run.places.get("project_dir"))
    return str(own or PROJECT)


def words_of(plan: Plan, task: Task, inputs: tuple[Input, ...]) -> list[str]:
    """Return the words of a task; of very many nodes, it is told the names alone.

    Raises:
        UnsupportedError: they are more than a task may have.
    """
    own = [item for item in inputs if item.parameter.name in task.parameters]
    size = 0
    for names_only in (False, True):
        words = [*_run(plan), *_task(plan, task, names_only), *(item.word for item in own)]
        if (size := _filled_in_size(words, own)) <= LONGEST:
            return words
    raise UnsupportedError(
        Finding(
            what=f"The parameters of a task of {count(len(task.nodes), 'node')} take {size:,} "
            f"bytes as JSON; Databricks takes {LONGEST:,}.",
            where=f"the task `{task.label}`",
            remedy="Let fewer nodes share it: see `group_by`, or `groups`; or list fewer under "
            "`parameters`.",
        )
    )


def cleanup_words(plan: Plan) -> list[str]:
    """Return the words of the last task, which empties the store."""
    return [*_run(plan), literal(f"--store={plan.run.store}"), "--clean-store"]


def _run(plan: Plan) -> Iterator[str]:
    yield f"--project={project_dir(plan)}"
    yield f"--run-id={RUN_ID}"
    yield f"--created={CREATED}"
    yield from (literal(f"--{name}={value}") for name, value in run_options(plan).items())
    # Facts are texts, since JSON has no type for a date.
    for name, fact in sorted(plan.run.run_parameters.items()):
        yield f"{literal(f'--text={name}')}={FACTS[fact]}"


def _task(plan: Plan, task: Task, names_only: bool) -> Iterator[str]:
    options = task_options(plan, task)
    if names_only:
        # The digest of their pipeline says whether they are what was exported, as well.
        nodes = json.dumps([node.name for node in task.nodes], ensure_ascii=False)
        options = {**options, "nodes": nodes}
    yield from (literal(f"--{name}={value}") for name, value in options.items())


def _input(name: str, parameter: Parameter) -> Input:
    if parameter.source:
        # What the configuration makes has no default to show, and an empty text leaves it alone.
        return Input(name, parameter, "", kind="yaml")
    if isinstance(parameter.value, str):
        return Input(name, parameter, parameter.value, kind="text")
    return Input(name, parameter, _json(parameter.value), kind="json")


def _json(value: Json) -> str:
    """Return a value as JSON in which no two braces meet: such a default is filled in, too."""
    text = literal(f"--defaults={json.dumps(value, ensure_ascii=False)}")
    return text.removeprefix("--defaults=")


def _filled_in_size(words: list[str], inputs: list[Input]) -> int:
    values = sum(len(item.default.encode(errors="replace")) for item in inputs)
    return _size(words) + values + _ROOM * sum(word.count("{{") for word in words)


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
