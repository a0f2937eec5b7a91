"""Run a spec file for real without a cluster: kfp's own orchestrator, processes of the host.

What this run is, and is not:

- kfp.local binds arguments, orders tasks, resolves placeholders, retries as ``retryPolicy``
  says, and stops or runs dependants. None of that is done here.
- The document of the platforms is ignored, and so are resources and images: nothing is mounted,
  no secret is there, no time-out ends a task. A test gives ``environment`` and ``folder``.
- Tasks run one after the other. A flat pipeline ends at its first failure, even for tasks that
  do not depend on it; one with a DAG within or an exit task goes on, as a server does.
- Arguments pass kfp's own checks, stricter than a server's: a whole number is none of type
  NUMBER_DOUBLE, and a null, or an optional parameter without a value, breaks the run.
- With ``rendering="server"`` values are written into commands as a server writes them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .env import KubeflowEnv


@dataclass(frozen=True, kw_only=True)
class ExecutedTask:
    """One attempt of a task; the command is as kfp resolved it.

    ``name`` is a path through the DAGs: ``main/train``. ``waited`` are the seconds that kfp
    wanted to wait before this attempt; no time is spent on them. ``env`` is that of the spec.
    """

    name: str
    attempt: int
    waited: float
    image: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    exit_code: int
    output: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class HostRun:
    """How a run ended and what ran, in order.

    ``failed`` is the chain from the failed task outwards, as kfp tells it; ``error`` is a
    traceback, when kfp refused the run or broke down rather than saw a task fail.
    """

    succeeded: bool
    failed: tuple[str, ...]
    error: str | None
    tasks: tuple[ExecutedTask, ...]
    output: str

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks that ran, in order, each attempt of them."""
        return tuple(task.name for task in self.tasks)

    def task(self, name: str) -> ExecutedTask:
        """The last attempt of a task."""
        return next(task for task in reversed(self.tasks) if task.name == name)

    def ok(self) -> HostRun:
        """Return this run, which must have succeeded."""
        assert self.succeeded, self.error or self.output
        return self


@dataclass(frozen=True, kw_only=True)
class HostRequest:
    """A spec file to run with pipeline arguments.

    ``folder`` stands for the image's working directory, ``environment`` for what a cluster adds
    to the variables of the spec; nothing else is inherited. ``replace`` maps programs of the
    image to those of the host: a bare name such as ``python`` is also found by shells.
    """

    file: Path
    arguments: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    replace: Mapping[str, str | Path] = field(default_factory=dict)
    pipeline_root: Path | None = None
    rendering: Literal["local", "server"] = "local"

    def document(self, scratch: Path) -> dict[str, Any]:
        """Return what the script beside kfp reads."""
        base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch)}
        return {
            "file": str(self.file.absolute()),
            "arguments": dict(self.arguments),
            "pipeline_root": str(self.pipeline_root or scratch / "root"),
            "rendering": self.rendering,
            "pod": {
                "folder": str(self.folder or scratch),
                "environment": base | dict(self.environment),
                "replace": {name: str(program) for name, program in self.replace.items()},
            },
        }


def run_on_host(
    env: KubeflowEnv,
    file: Path,
    arguments: Mapping[str, Any] | None = None,
    *,
    timeout: float = 180,
    **options: Any,
) -> HostRun:
    """Run a spec file in a process of its own; ``options`` are those of ``HostRequest``."""
    request = HostRequest(file=file, arguments=arguments or {}, **options)
    (outcome,) = run_many_on_host(env, [request], timeout=timeout)
    return outcome


def run_many_on_host(
    env: KubeflowEnv, requests: Sequence[HostRequest], *, timeout: float
) -> list[HostRun]:
    """Run spec files one after another, in one process that has imported kfp."""
    documents = [request.document(env.folder()) for request in requests]
    answers, output = env.call("run_spec", documents, timeout=timeout)
    return [_host_run(answer, output) for answer in answers]


def _host_run(answer: dict[str, Any], output: str) -> HostRun:
    tasks = [ExecutedTask(**task | {"command": tuple(task["command"])}) for task in answer["tasks"]]
    change = {"failed": tuple(answer["failed"]), "tasks": tuple(tasks)}
    return HostRun(**answer | change, output=output)
