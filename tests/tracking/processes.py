"""Tasks in forks and as processes of their own, on a project whose MLflow store is on disk."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.forks import ForkServer
from tests.projects import KedroProject, make_project

PACKAGE = "tracked"
CREATED = "2026-01-31T06:00:00Z"
_PATIENCE = 120


@dataclass(frozen=True)
class Run:
    """An MLflow run, as its client shows it."""

    id: str
    name: str
    status: str
    is_deleted: bool
    experiment: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]

    @property
    def tasks(self) -> dict[str, str]:
        """What the tags say of tasks."""
        start = "shipway.task."
        return {k[len(start) :]: v for k, v in self.tags.items() if k.startswith(start)}


@dataclass(frozen=True)
class Tasks:
    """Starts tasks of one project.

    Args:
        uri: where MLflow keeps its runs.
        job: what all tasks are told.
        environ: what is set for them.
    """

    project: KedroProject
    python: Path
    uri: str
    job: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def start(self, node: str, **more: Any) -> Task:
        """Start the task that runs one node, as a process of its own."""
        return Task(self._popen(["-m", *self._words(node, more)]))

    def _words(self, node: str, more: Mapping[str, Any]) -> list[str]:
        message = {
            "package": PACKAGE,
            "run_id": "manual__1",
            "created": CREATED,
            "flow": "flow",
            "task": node,
            "nodes": [node],
            "exported": "__default__",
            "store": str(self.project.path / "store"),
            **self.job,
            **more,
        }
        file = self.project.path / f"job-{time.monotonic_ns()}.json"
        file.write_text(json.dumps(message))
        return ["shipway.runtime", "--job", str(file)]

    def run(self, node: str, *, env: Mapping[str, str] | None = None, **more: Any) -> str:
        """Run a task in a fork, which must succeed; return what it printed."""
        return self._fork(self._words(node, more), self._environ(env))

    def run_at_once(self, *nodes: str, **more: Any) -> None:
        """Run tasks side by side, as processes of their own, all of which must succeed."""
        for task in [self.start(node, **more) for node in nodes]:
            code, output = task.end()
            assert code == 0, output

    def kedro(self, *words: str) -> None:
        """Run a command of Kedro's, which must succeed."""
        code, output = Task(self._popen(["-m", "kedro", *words])).end()
        assert code == 0, output

    def runs(self) -> list[Run]:
        """All MLflow runs that are not deleted."""
        return [run for run in self.all_runs() if not run.is_deleted]

    def all_runs(self) -> list[Run]:
        """All MLflow runs."""
        text = self._fork(["show.py", self.uri], self._environ(None))
        lines = [line.partition(" ") for line in text.splitlines()]
        return [Run(**json.loads(display)) for start, _, display in lines if start == "shown"]

    def _fork(self, words: Sequence[str], environ: Mapping[str, str]) -> str:
        output = Path(tempfile.mkdtemp(prefix="fork-", dir=self.project.path.parent), "output")
        code = _forks(self.python).run(words, environ, self.project.path, output, _PATIENCE)
        text = output.read_text(encoding="utf-8")
        assert code == 0, text
        return text

    def _popen(self, words: Sequence[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, *words],
            cwd=self.project.path,
            env=self._environ(None),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _environ(self, env: Mapping[str, str] | None) -> dict[str, str]:
        rest = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("SHIPWAY_", "KEDRO_", "MLFLOW_"))
        }
        quiet = dict.fromkeys(
            ("DO_NOT_TRACK", "KEDRO_DISABLE_TELEMETRY", "MLFLOW_DISABLE_TELEMETRY"), "1"
        )
        return {**rest, **quiet, "COLUMNS": "400", **self.environ, **(env or {})}


@cache
def _forks(python: Path) -> ForkServer:
    """What runs tasks and `show.py` as long as this process lives."""
    log = Path(tempfile.mkdtemp(prefix="forks-"), "log")
    environ = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    server = ForkServer([python, "-m", "tests.tracking.fork_server"], log, environ)
    atexit.register(server.close)
    return server


@dataclass(frozen=True)
class Task:
    """A process that is under way."""

    process: subprocess.Popen[str]

    def end(self) -> tuple[int, str]:
        """Wait for it; return its code and all it printed."""
        try:
            output, _ = self.process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, output

    def comes_to(self, file: Path) -> None:
        """Wait until it has written a file."""
        while not file.exists():
            assert self.process.poll() is None, self.end()
            time.sleep(0.05)


def tracked_project(folder: Path, nodes: str, registry: str, **more: Any) -> KedroProject:
    """Write a project whose functions stand for themselves."""
    return make_project(folder, registry, nodes=nodes, package=PACKAGE, **more)
