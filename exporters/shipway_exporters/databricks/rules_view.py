"""What the rules look at: a job, read without trust in its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.schemas.document import mapping, sequence, text
from shipway.schemas.problems import DocumentPath, Problem


@dataclass(frozen=True)
class TaskView:
    """A task and where it stands."""

    spec: Mapping[str, Any]
    path: DocumentPath

    @property
    def key(self) -> str:
        return text(self.spec.get("task_key"))

    @property
    def needs(self) -> list[str]:
        items = sequence(self.spec.get("depends_on"))
        return [text(mapping(item).get("task_key")) for item in items]

    @property
    def wheel(self) -> Mapping[str, Any]:
        return mapping(self.spec.get("python_wheel_task"))

    @property
    def words(self) -> list[str]:
        return [text(word) for word in sequence(self.wheel.get("parameters"))]

    @property
    def words_path(self) -> DocumentPath:
        return (*self.path, "python_wheel_task", "parameters")


class View:
    """A job, and what refers to what in it."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self.job = job

    @cached_property
    def tasks(self) -> list[TaskView]:
        items = sequence(self.job.get("tasks"))
        return [TaskView(mapping(item), ("tasks", index)) for index, item in enumerate(items)]

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the job's parameters."""
        return self.names("parameters", "name")

    def names(self, field: str, key: str) -> list[str]:
        """Return the names of the items of a list."""
        return [text(mapping(item).get(key)) for item in sequence(self.job.get(field))]


Rule = Callable[[View], Iterator[Problem]]


def twice(names: list[str], path: DocumentPath, what: str) -> Iterator[Problem]:
    """Yield a problem for each name that stands more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(path, f"There are several {what} `{name}`.")
