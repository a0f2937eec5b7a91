"""Rules of the parameters of a job and of what tasks are told.

Source: Jobs API 2.2, `parameters`; Databricks, Dynamic value references: a broken reference stays
a literal text, without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shipway.schemas.document import texts
from shipway.schemas.problems import Problem, display
from shipway.tasks.task_job import JSON_OPTIONS
from shipway_exporters.databricks.rules_view import Rule, TaskView, View, twice
from shipway_exporters.databricks.texts import TEMPLATE
from shipway_exporters.databricks.words import CREATED, FACTS, PROJECT, RUN_ID

_NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_PARAMETER = re.compile(r"\{\{job\.parameters\.(?:`([^`]+)`|([A-Za-z0-9_]+))\}\}", re.ASCII)
_OURS = frozenset({RUN_ID, CREATED, *FACTS.values()})
_MANDATORY = ("project", "run-id", "created", "package")
_WORD = re.compile(r"--([a-z-]+)(?:=(.*))?", re.DOTALL)
_VALUES = ("text", "json", "yaml")
_FLAG = "clean-store"


def valid_parameters(view: View) -> Iterator[Problem]:
    """Names of letters, digits, `_`, `-` and `.`, each once; and each is handed to a task."""
    yield from twice(view.parameters, ("parameters",), "parameters")
    used = {name for task in view.tasks for name in _used(task)}
    for index, name in enumerate(view.parameters):
        if not _NAME.fullmatch(name):
            yield Problem(("parameters", index, "name"), f"`{name}` is no name of a parameter.")
        elif name not in used:
            yield Problem(("parameters", index), f"No task is told of `{name}`.")


def known_references(view: View) -> Iterator[Problem]:
    """References that Databricks knows, and no brace that begins none."""
    for task, index, word in _words(view):
        path = (*task.words_path, index)
        for reference in _REFERENCE.findall(word):
            match = _PARAMETER.fullmatch(reference)
            name = match and (match[1] or match[2])
            if name not in view.parameters if match else reference not in _OURS:
                yield Problem(path, f"{display(reference)} refers to nothing.")
        if "{{" in _REFERENCE.sub("", word) or "${" in word.replace(f"--project={PROJECT}", ""):
            yield Problem(path, f"Something would be filled in here: {display(word)}.")


def no_templates(view: View) -> Iterator[Problem]:
    """Terraform, which may deploy a bundle, puts something in the place of `%{…}` anywhere."""
    for path, value in texts(view.job):
        if TEMPLATE in value:
            yield Problem(path, f"Terraform would take `%{{` for a directive: {display(value)}.")


def known_words(view: View) -> Iterator[Problem]:
    """What `shipway.runtime` takes: options with a value, of which some are JSON."""
    for task, index, word in _words(view):
        path = (*task.words_path, index)
        match = _WORD.fullmatch(word)
        if match is None or (match[2] is None) != (match[1] == _FLAG):
            yield Problem(path, f"{display(word)} is no option with its value.")
        elif match[1] in JSON_OPTIONS and not _is_json(match[2]):
            yield Problem(path, f"The value of `--{match[1]}` is no JSON.")
        elif match[1] in _VALUES and "=" not in match[2]:
            yield Problem(path, f"{display(word)} names no parameter.")


def whole_words(view: View) -> Iterator[Problem]:
    """What no task starts without, each once."""
    for task in view.tasks:
        names = [m[1] for m in map(_WORD.match, task.words) if m and m[1] not in _VALUES]
        yield from twice(names, task.words_path, "options")
        needed = [*_MANDATORY, *([] if _FLAG in names else ["nodes"])]
        for name in needed:
            if name not in names:
                yield Problem(task.words_path, f"The task is not told its `--{name}`.")
        yield from _wrong_run(task)


def _wrong_run(task: TaskView) -> Iterator[Problem]:
    for word in task.words:
        name, _, value = word.partition("=")
        expected = {"--run-id": RUN_ID, "--created": CREATED}.get(name, value)
        if value != expected:
            yield Problem(task.words_path, f"`{name}` is not `{expected}`, which a repair keeps.")


def _words(view: View) -> Iterator[tuple[TaskView, int, str]]:
    for task in view.tasks:
        for index, word in enumerate(task.words):
            yield task, index, word


def _used(task: TaskView) -> Iterator[str]:
    for word in task.words:
        for match in _PARAMETER.finditer(word):
            yield match[1] or match[2]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


RULES: tuple[Rule, ...] = (
    *(valid_parameters, known_references, no_templates, known_words, whole_words),
)
