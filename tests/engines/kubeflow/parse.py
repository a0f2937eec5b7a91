"""Parse spec files with a real kfp and return what it made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .env import KubeflowEnv

PARSES = ("loader", "pipeline", "deployment", "platform", "executors")


@dataclass(frozen=True, kw_only=True)
class LoadedInput:
    """A declared parameter; a default of None is a null only if there is one."""

    type: str
    default: Any
    has_default: bool
    optional: bool
    description: str


@dataclass(frozen=True, kw_only=True)
class LoadedBinding:
    """Where an input comes from; the value of a ``parameter`` is the name of a DAG's input."""

    kind: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class LoadedRetry:
    """A retry policy, in seconds; what is not given is 0."""

    count: int
    delay: float
    factor: float
    max_delay: float


@dataclass(frozen=True, kw_only=True)
class LoadedContainer:
    """What runs; ``resources`` are named as in the spec file."""

    image: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: Mapping[str, str]
    resources: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LoadedSource:
    """A secret or a config map as environment variables: the key that each is read from."""

    name: str
    plain_name: str
    variables: Mapping[str, str]
    optional: bool


@dataclass(frozen=True, kw_only=True)
class LoadedVolume:
    """A secret or a config map as files."""

    name: str
    plain_name: str
    path: str
    optional: bool


@dataclass(frozen=True, kw_only=True)
class LoadedClaim:
    """A mounted PVC."""

    name: str
    plain_name: str
    path: str
    sub: str


@dataclass(frozen=True, kw_only=True)
class LoadedDirectory:
    """An empty directory; what is not given is empty."""

    name: str
    path: str
    medium: str
    size: str


@dataclass(frozen=True, kw_only=True)
class LoadedPullSecret:
    """A secret that the image is pulled with."""

    name: str
    plain_name: str


@dataclass(frozen=True, kw_only=True)
class LoadedToleration:
    """A toleration; what is not given is empty."""

    key: str
    operator: str
    value: str
    effect: str
    seconds: int | None


@dataclass(frozen=True, kw_only=True)
class LoadedKubernetes:
    """What Kubernetes is told; ``other`` holds fields not named here, so that none is lost."""

    secrets_as_env: tuple[LoadedSource, ...]
    secrets_as_volumes: tuple[LoadedVolume, ...]
    config_maps_as_env: tuple[LoadedSource, ...]
    config_maps_as_volumes: tuple[LoadedVolume, ...]
    claims: tuple[LoadedClaim, ...]
    directories: tuple[LoadedDirectory, ...]
    node_selector: Mapping[str, str]
    tolerations: tuple[LoadedToleration, ...]
    pull_policy: str | None
    pull_secrets: tuple[LoadedPullSecret, ...]
    deadline: int | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    other: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LoadedTask:
    """A task: a container, or a DAG of tasks; neither when its component is not there."""

    display_name: str
    component: str
    executor: str | None
    container: LoadedContainer | None
    kubernetes: LoadedKubernetes | None
    tasks: Mapping[str, LoadedTask]
    declared: Mapping[str, LoadedInput]
    inputs: Mapping[str, LoadedBinding]
    after: frozenset[str]
    caching: bool
    retry: LoadedRetry | None
    strategy: str
    condition: str


@dataclass(frozen=True, kw_only=True)
class LoadedPipeline:
    """A pipeline as kfp understood it; containers and platforms are also held by their label."""

    name: str
    display_name: str
    description: str
    schema_version: str
    sdk_version: str
    inputs: Mapping[str, LoadedInput]
    tasks: Mapping[str, LoadedTask]
    containers: Mapping[str, LoadedContainer]
    kubernetes: Mapping[str, LoadedKubernetes]

    @property
    def leaves(self) -> dict[str, LoadedTask]:
        """The tasks that are no DAGs, by path: ``main/train``."""
        return dict(_leaves(self.tasks, ""))

    @property
    def edges(self) -> frozenset[tuple[str, str]]:
        """Pairs of (upstream, downstream) paths, within each DAG."""
        return frozenset(_edges(self.tasks, ""))


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What the five parses said; there is a pipeline when none of them found an error."""

    errors: Mapping[str, str | None]
    pipeline: LoadedPipeline | None

    @property
    def caught(self) -> frozenset[str]:
        """The parses that found an error."""
        return frozenset(name for name, error in self.errors.items() if error is not None)

    def ok(self) -> LoadedPipeline:
        """Return the pipeline of a text that all five parses must take."""
        assert self.pipeline is not None, "\n".join(f"{n}: {e}" for n, e in self.errors.items())
        return self.pipeline


def parse_all(env: KubeflowEnv, texts: Sequence[str]) -> tuple[Parsed, ...]:
    """Parse many texts in one process: kfp takes seconds to start."""
    answers, _ = env.call("read_specs", list(texts), timeout=120 + len(texts))
    return tuple(
        Parsed(
            errors=answer["errors"], pipeline=answer["pipeline"] and _pipeline(answer["pipeline"])
        )
        for answer in answers
    )


def parse(env: KubeflowEnv, text: str) -> Parsed:
    """Parse one text."""
    (document,) = parse_all(env, [text])
    return document


def _pipeline(data: dict[str, Any]) -> LoadedPipeline:
    containers = {name: _container(spec) for name, spec in data["containers"].items()}
    kubernetes = {name: _kubernetes(spec) for name, spec in data["kubernetes"].items()}

    def task(spec: dict[str, Any]) -> LoadedTask:
        change = {
            "container": containers.get(spec["executor"]),
            "kubernetes": kubernetes.get(spec["executor"]),
            "tasks": {name: task(inner) for name, inner in spec["tasks"].items()},
            "declared": _inputs(spec["declared"]),
            "inputs": {name: LoadedBinding(**binding) for name, binding in spec["inputs"].items()},
            "after": frozenset(spec["after"]),
            "retry": spec["retry"] and LoadedRetry(**spec["retry"]),
        }
        return LoadedTask(**spec | change)

    change = {
        "inputs": _inputs(data["inputs"]),
        "tasks": {name: task(spec) for name, spec in data["tasks"].items()},
        "containers": containers,
        "kubernetes": kubernetes,
    }
    return LoadedPipeline(**data | change)


def _inputs(data: dict[str, Any]) -> dict[str, LoadedInput]:
    return {name: LoadedInput(**spec) for name, spec in data.items()}


def _container(data: dict[str, Any]) -> LoadedContainer:
    change = {"command": tuple(data["command"]), "args": tuple(data["args"])}
    return LoadedContainer(**data | change)


def _kubernetes(data: dict[str, Any]) -> LoadedKubernetes:
    kinds = {
        "secrets_as_env": LoadedSource,
        "secrets_as_volumes": LoadedVolume,
        "config_maps_as_env": LoadedSource,
        "config_maps_as_volumes": LoadedVolume,
        "claims": LoadedClaim,
        "directories": LoadedDirectory,
        "tolerations": LoadedToleration,
        "pull_secrets": LoadedPullSecret,
    }
    change = {name: tuple(kind(**one) for one in data[name]) for name, kind in kinds.items()}
    return LoadedKubernetes(**data | change)


def _leaves(tasks: Mapping[str, LoadedTask], prefix: str) -> Iterator[tuple[str, LoadedTask]]:
    for name, task in tasks.items():
        if task.tasks:
            yield from _leaves(task.tasks, f"{prefix}{name}/")
        else:
            yield prefix + name, task


def _edges(tasks: Mapping[str, LoadedTask], prefix: str) -> Iterator[tuple[str, str]]:
    for name, task in tasks.items():
        yield from ((prefix + upstream, prefix + name) for upstream in task.after)
        yield from _edges(task.tasks, f"{prefix}{name}/")
