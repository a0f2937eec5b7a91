"""Tasks of a run, each a process of its own, as an orchestrator starts them."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.forks import ForkServer
from tests.projects import KedroProject, make_project

from .own_datasets import SOURCE

PACKAGE = "own"
CREATED = "2026-01-31T06:00:00Z"
HERE = Path(sys.executable)


@dataclass(frozen=True)
class Done:
    """How a process ended, and all it printed, in order."""

    code: int
    output: str

    def from_last(self, start: str) -> list[str]:
        """The lines from the last one that starts so, without the level before each."""
        lines = [line.removeprefix("ERROR ") for line in self.output.splitlines()]
        places = [i for i, line in enumerate(lines) if line.startswith(start)]
        assert places, self.output
        return lines[places[-1] :]


@dataclass(frozen=True)
class Tasks:
    """Runs tasks of one project on one Kedro.

    Args:
        job: what all these tasks are told.
        in_forks: whether each is a fork of a process that has imported Kedro: for tests of what
            tasks make, and not of how they start, end and print.
    """

    project: KedroProject
    python: Path = HERE
    job: Mapping[str, Any] = field(default_factory=dict)
    in_forks: bool = False

    def told(self, *nodes: str, **more: Any) -> dict[str, Any]:
        """What a task is told."""
        start = {"package": PACKAGE, "run_id": "run", "created": CREATED, "flow": "flow"}
        return {**start, "nodes": list(nodes), **self.job, **more}

    def run(self, *nodes: str, **more: Any) -> Done:
        """Run a task that must succeed."""
        outcome = self.attempt(*nodes, **more)
        assert outcome.code == 0, outcome.output
        return outcome

    def attempt(self, *nodes: str, env: Mapping[str, str] | None = None, **more: Any) -> Done:
        """Run a task, however it ends."""
        document = json.dumps(self.told(*nodes, **more))
        if self.in_forks:
            return self._fork(document, env or {})
        return self.call("-m", "shipway.runtime", "--job", "-", stdin=document, env=env)

    def _fork(self, document: str, env: Mapping[str, str]) -> Done:
        with tempfile.TemporaryDirectory() as scratch:
            job, output = Path(scratch, "job.json"), Path(scratch, "output")
            job.write_text(document, encoding="utf-8")
            words, variables = ["shipway.runtime", "--job", str(job)], {**self.environ(), **env}
            code = _forks(self.python).run(words, variables, self.project.path, output, timeout=60)
            return Done(code, output.read_text(encoding="utf-8"))

    def kedro(self, *words: str) -> Done:
        """Run a command of Kedro's own in the project's folder."""
        return self.call("-m", "kedro", *words)

    def call(self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Done:
        """Run this Python in the project's folder."""
        outcome = subprocess.run(
            [self.python, *words],
            cwd=self.project.path,
            env={**self.environ(), **(env or {})},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return Done(outcome.returncode, outcome.stdout)

    def environ(self) -> dict[str, str]:
        """A task's variables: no telemetry, nothing of Shipway's from here, no large imports."""
        rest = {k: v for k, v in os.environ.items() if not k.startswith(("SHIPWAY_", "KEDRO_"))}
        paths = [str(self.project.path / "hidden"), *filter(None, [rest.get("PYTHONPATH")])]
        rest |= {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
        # A module that a test rewrites within a second would else be taken from what was compiled.
        rest |= {"PYTHONDONTWRITEBYTECODE": "1"}
        return {**rest, "PYTHONPATH": os.pathsep.join(paths)}

    def data(self, path: str) -> Any:
        """Read a JSON file of the project's data folder."""
        return json.loads((self.project.path / "data" / path).read_text(encoding="utf-8"))

    def versions(self, name: str) -> dict[str, Any]:
        """Each version of a versioned dataset with what it holds, oldest first."""
        files = sorted((self.project.path / "data").glob(f"{name}/*/{name}"))
        return {file.parent.name: json.loads(file.read_text()) for file in files}


@cache
def _forks(python: Path) -> ForkServer:
    """What runs tasks of one Kedro as long as this process lives."""
    log = Path(tempfile.mkdtemp(prefix="tasks-"), "log")
    server = ForkServer([python, "-m", "tests.runtime.fork_server"], log)
    atexit.register(server.close)
    return server


def own_project(
    folder: Path, registry: str, *, package: str = PACKAGE, **more: Any
) -> KedroProject:
    """Write a project that brings its own datasets."""
    project = make_project(folder, registry, package=package, **more)
    project.write(f"src/{package}/datasets.py", SOURCE)
    for module in ("pandas", "numpy"):  # Kedro imports them where it can, which takes 1 s
        project.write(f"hidden/{module}.py", "raise ImportError('hidden from the tests')")
    return project


def entry(kind: str, file: str, **more: object) -> dict[str, object]:
    """A catalog entry for one of the project's own datasets, below its data folder."""
    return {"type": f"{PACKAGE}.datasets.{kind}", "filepath": f"data/{file}", **more}
