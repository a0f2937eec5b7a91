"""What the rules look at: both documents, read without trust in their shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.schemas.document import mapping, sequence, text, value_at
from shipway.schemas.problems import DocumentPath, Problem


@dataclass(frozen=True)
class Component:
    """A component, or the root; it holds a DAG or names an executor."""

    keys: DocumentPath
    spec: Mapping[str, Any]

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        return mapping(value_at(self.spec, "inputDefinitions", "parameters"))

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        return mapping(value_at(self.spec, "outputDefinitions", "parameters"))

    @cached_property
    def tasks(self) -> Mapping[str, Any]:
        return mapping(value_at(self.spec, "dag", "tasks"))

    @cached_property
    def executor(self) -> str:
        return text(self.spec.get("executorLabel"))


@dataclass(frozen=True)
class Task:
    """A task of a DAG; ``component`` is None when it names none that exists."""

    name: str
    keys: DocumentPath
    spec: Mapping[str, Any]
    parent: Component
    component: Component | None

    @property
    def bindings(self) -> Mapping[str, Any]:
        return mapping(value_at(self.spec, "inputs", "parameters"))

    @property
    def after(self) -> list[str]:
        return [name for name in sequence(self.spec.get("dependentTasks")) if isinstance(name, str)]

    @property
    def is_exit(self) -> bool:
        strategy = value_at(self.spec, "triggerPolicy", "strategy")
        return bool(strategy == "ALL_UPSTREAM_TASKS_COMPLETED")


class View:
    """The documents, and what refers to what in them."""

    def __init__(self, documents: Sequence[Any]) -> None:
        self.documents = documents
        self.spec = mapping(documents[0]) if documents else {}
        self.platform = mapping(documents[1]) if len(documents) > 1 else {}

    @property
    def name(self) -> str:
        return text(value_at(self.spec, "pipelineInfo", "name"))

    @cached_property
    def components(self) -> dict[str, Component]:
        components = mapping(self.spec.get("components"))
        return {
            name: Component(("components", name), mapping(spec))
            for name, spec in components.items()
        }

    @cached_property
    def dags(self) -> list[Component]:
        """What may hold tasks: the root and every component."""
        root = Component(("root",), mapping(self.spec.get("root")))
        return [root, *self.components.values()]

    @cached_property
    def tasks(self) -> list[Task]:
        return [task for parent in self.dags for task in self._tasks(parent)]

    @cached_property
    def containers(self) -> dict[str, Mapping[str, Any]]:
        executors = mapping(value_at(self.spec, "deploymentSpec", "executors"))
        return {label: mapping(value_at(spec, "container")) for label, spec in executors.items()}

    @cached_property
    def kubernetes(self) -> Mapping[str, Any]:
        """What Kubernetes is told, by executor."""
        keys = ("platforms", "kubernetes", "deploymentSpec", "executors")
        return mapping(value_at(self.platform, *keys))

    @cached_property
    def _users(self) -> dict[str, list[Component]]:
        users: dict[str, list[Component]] = {}
        for component in self.components.values():
            users.setdefault(component.executor, []).append(component)
        return users

    def users(self, executor: str) -> list[Component]:
        """The components that run an executor."""
        return self._users.get(executor, [])

    def _tasks(self, parent: Component) -> Iterator[Task]:
        for name, spec in parent.tasks.items():
            component = self.components.get(text(value_at(spec, "componentRef", "name")))
            keys = (*parent.keys, "dag", "tasks", name)
            yield Task(name, keys, mapping(spec), parent, component)


Rule = Callable[[View], Iterator[Problem]]


def container_keys(label: str) -> DocumentPath:
    """Where an executor's container is."""
    return ("deploymentSpec", "executors", label, "container")


def kubernetes_keys(label: str) -> DocumentPath:
    """Where it is that Kubernetes is told of an executor."""
    return ("platforms", "kubernetes", "deploymentSpec", "executors", label)
