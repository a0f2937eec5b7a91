"""What must be there where artifacts run: the project's Python, variables, secrets, volumes.

An export needs none of it, and refers to it by names. `shipway doctor` looks at what is on this
machine, and lists the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from shipway.planner.plan import Plan
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import TaskSettings, Volume


@dataclass(frozen=True, kw_only=True)
class WorkerPython:
    """Where a worker finds the project's Python, in this order.

    Args:
        setting: what the options of the target say, below the root or absolute; `None` for nothing.
        variable: the environment variable that is asked next.
        default: the path below the root that is taken then.
        in_path: whether a setting without a slash is a name that `PATH` finds.
    """

    setting: str | None
    variable: str
    default: str
    in_path: bool = False


@dataclass(frozen=True, order=True)
class Need:
    """One thing that an artifact refers to by its name.

    Args:
        what: what it is, with its name.
        where: where it must be.
        why: what it is for.
    """

    what: str
    where: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the artifact of one plan needs around it.

    Args:
        package: the distribution of the orchestrator on PyPI; `None` where none is its server.
        releases: from which release on, and below which one, the artifact runs.
        python: where tasks are started on a worker; `None` where all run in containers.
        needs: what must be there besides, which nobody can see from here.
    """

    package: str | None = None
    releases: tuple[tuple[int, ...], tuple[int, ...]] = ((0,), (10**6,))
    python: WorkerPython | None = None
    needs: tuple[Need, ...] = field(default=())


@runtime_checkable
class KnowsSurroundings(Protocol):
    """An exporter that says what its artifacts need around them."""

    def surroundings(self, plan: Plan) -> Surroundings:
        """Return what the artifact of a plan needs around it."""
        ...


Homes = Mapping[str, str]
"""Where a target looks for what settings refer to: for a `secret` of a variable, what else a pod
has of secrets (`pod_secret`), a `config_map`, a `claim`, a `host_path` and a `webhook`. It uses
nothing that is not named."""


def needs_of(plan: Plan, homes: Homes) -> Iterator[Need]:
    """Yield what the settings of a plan refer to, in the words of Kubernetes, once each."""
    pairs = [pair for task in plan.tasks for pair in _of_task(task.settings)]
    pairs += _of_options(plan.options)
    notices = (*plan.run.on_failure, *plan.run.on_success)
    webhooks = (name for notice in notices if notice.kind == "webhook" for name in notice.to)
    pairs += [("webhook", f"the webhook `{name}`", "notifications") for name in webhooks]
    for kind, what, why in dict.fromkeys(pairs):
        if kind in homes:
            yield Need(what, homes[kind], why)


def _of_task(settings: TaskSettings) -> Iterator[tuple[str, str, str]]:
    for variable, secret in sorted(settings.secrets.items()):
        yield "secret", f"the secret `{secret.name}` with the key `{secret.key}`", variable
    for source in settings.env_from:
        kind = source.kind.replace("_", " ")
        yield _of_pod(source.kind), f"the {kind} `{source.name}`", "environment variables"
    for volume in settings.volumes:
        yield from _of_volume(volume)
    for name in settings.image_pull_secrets:
        yield "pod_secret", f"the secret `{name}`", "pulling the image"


def _of_options(options: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for volume in map(to_volume, options.get("volumes", ())):
        yield from _of_volume(volume)


def _of_pod(kind: str) -> str:
    return "pod_secret" if kind == "secret" else kind


def _of_volume(volume: Volume) -> Iterator[tuple[str, str, str]]:
    if volume.source:
        kind = volume.kind.replace("_", " ")
        yield _of_pod(volume.kind), f"the {kind} `{volume.source}`", f"files below {volume.mount}"
