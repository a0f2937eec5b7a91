"""What the rules look at: both documents, read without trust in their shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """What a server would refuse or misread.

    Args:
        path: where in the document: `root.dag.tasks.train.dependentTasks[0]`.
        what: one sentence.
    """

    path: str
    what: str


def fault(keys: Keys, what: str) -> Fault:
    """Return a fault at these keys."""
    return Fault(path_of(keys), what)


def path_of(keys: Keys) -> str:
    """Write keys as one path."""
    words = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return words.removeprefix(".")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping with texts as its keys, and anything else as an empty one."""
    if not isinstance(value, Mapping):
        return {}
    if all(isinstance(key, str) for key in value):
        return value
    return {str(key): item for key, item in value.items()}


def sequence(value: Any) -> Sequence[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text as it is, and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def at(value: Any, *names: str) -> Any:
    """Return what is under these names; None when nothing is."""
    for name in names:
        value = mapping(value).get(name)
    return value


def places(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Everything in a document, from the outside in, in its order."""
    yield keys, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from places(inner, (*keys, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*keys, index))


@dataclass(frozen=True)
class Component:
    """A component, or the root; it holds a DAG or names an executor."""

    keys: Keys
    spec: Mapping[str, Any]

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        return mapping(at(self.spec, "inputDefinitions", "parameters"))

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        return mapping(at(self.spec, "outputDefinitions", "parameters"))

    @cached_property
    def tasks(self) -> Mapping[str, Any]:
        return mapping(at(self.spec, "dag", "tasks"))

    @cached_property
    def executor(self) -> str:
        return text(self.spec.get("executorLabel"))


@dataclass(frozen=True)
class Task:
    """A task of a DAG; ``component`` is None when it names none that exists."""

    name: str
    keys: Keys
    spec: Mapping[str, Any]
    parent: Component
    component: Component | None

    @property
    def bound(self) -> Mapping[str, Any]:
        return mapping(at(self.spec, "inputs", "parameters"))

    @property
    def after(self) -> list[str]:
        return [name for name in sequence(self.spec.get("dependentTasks")) if isinstance(name, str)]

    @property
    def is_exit(self) -> bool:
        strategy = at(self.spec, "triggerPolicy", "strategy")
        return bool(strategy == "ALL_UPSTREAM_TASKS_COMPLETED")


class View:
    """The documents, and what refers to what in them."""

    def __init__(self, documents: Sequence[Any]) -> None:
        self.documents = documents
        self.spec = mapping(documents[0]) if documents else {}
        self.platform = mapping(documents[1]) if len(documents) > 1 else {}

    @property
    def name(self) -> str:
        return text(at(self.spec, "pipelineInfo", "name"))

    @cached_property
    def components(self) -> dict[str, Component]:
        given = mapping(self.spec.get("components"))
        return {
            name: Component(("components", name), mapping(spec)) for name, spec in given.items()
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
        executors = mapping(at(self.spec, "deploymentSpec", "executors"))
        return {label: mapping(at(spec, "container")) for label, spec in executors.items()}

    @cached_property
    def kubernetes(self) -> Mapping[str, Any]:
        """What Kubernetes is told, by executor."""
        found = at(self.platform, "platforms", "kubernetes", "deploymentSpec", "executors")
        return mapping(found)

    @cached_property
    def _users(self) -> dict[str, list[Component]]:
        found: dict[str, list[Component]] = {}
        for component in self.components.values():
            found.setdefault(component.executor, []).append(component)
        return found

    def users(self, executor: str) -> list[Component]:
        """The components that run an executor."""
        return self._users.get(executor, [])

    def _tasks(self, parent: Component) -> Iterator[Task]:
        for name, spec in parent.tasks.items():
            component = self.components.get(text(at(spec, "componentRef", "name")))
            keys = (*parent.keys, "dag", "tasks", name)
            yield Task(name, keys, mapping(spec), parent, component)


Rule = Callable[[View], Iterator[Fault]]


def container_keys(label: str) -> Keys:
    """Where an executor's container is."""
    return ("deploymentSpec", "executors", label, "container")


def kubernetes_keys(label: str) -> Keys:
    """Where it is that Kubernetes is told of an executor."""
    return ("platforms", "kubernetes", "deploymentSpec", "executors", label)
