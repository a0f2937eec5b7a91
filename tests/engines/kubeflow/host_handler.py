"""Run the command of a container as a process of the host, and keep a journal of it.

Imported by the script that runs beside kfp. The process sees what a pod would: the variables of
the spec and those that a cluster would add, and nothing of the environment of kfp.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from kfp.local import status, task_handler_interface

PATH_OF_TASK: ContextVar[tuple[str, ...]] = ContextVar("PATH_OF_TASK", default=())


class Journal:
    """What the pods of a run have in common, and what became of each of them."""

    def __init__(self, *, folder: str, environment: dict[str, str], replace: dict[str, str]):
        self.folder = folder
        self.environment = environment
        self.replace = replace
        self.tasks: list[dict[str, Any]] = []
        self.waited = 0.0
        self.bin = write_wrappers(Path.cwd() / "bin", replace)

    def wait(self, seconds: float) -> None:
        """Note how long kfp would wait before it retries, and do not wait."""
        self.waited = seconds

    @contextlib.contextmanager
    def task(self, name: str) -> Iterator[None]:
        """Within, what runs is this task."""
        self.waited = 0.0
        with self.dag(name):
            yield

    @contextlib.contextmanager
    def dag(self, name: str) -> Iterator[None]:
        """Within, names are those of this DAG's tasks."""
        token = PATH_OF_TASK.set((*PATH_OF_TASK.get(), name))
        try:
            yield
        finally:
            PATH_OF_TASK.reset(token)

    def run(self, image: str, command: list[str], variables: dict[str, str]) -> int:
        """Run a command to its end and return its exit code."""
        name, pause, self.waited = "/".join(PATH_OF_TASK.get()), self.waited, 0.0
        start = time.time()
        code, output = self._execute(command, {**self.environment, **variables})
        print(output)
        self.tasks.append(
            {
                "name": name,
                "attempt": 1 + sum(task["name"] == name for task in self.tasks),
                "waited": pause,
                "image": image,
                "command": command,
                "env": variables,
                "exit_code": code,
                "output": output,
                "start": start,
                "end": time.time(),
            }
        )
        return code

    def _execute(self, command: list[str], variables: dict[str, str]) -> tuple[int, str]:
        if not command:
            return 127, "no command: a server's launcher does not know that of the image"
        path = os.pathsep.join([str(self.bin), variables.get("PATH", os.environ["PATH"])])
        words = [self.replace.get(command[0], command[0]), *command[1:]]
        try:
            outcome = subprocess.run(
                words,
                cwd=self.folder,
                env={**variables, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:  # a container that cannot start fails
            return 127, str(error)
        return outcome.returncode, outcome.stdout


def write_wrappers(folder: Path, replace: dict[str, str]) -> Path:
    """Put programs of the image on a PATH; a link would hide the environment of a python."""
    folder.mkdir(exist_ok=True)
    for name, program in replace.items():
        if "/" not in name:
            file = folder / name
            file.write_text(f'#!/bin/sh\nexec "{program}" "$@"\n', encoding="utf-8")
            file.chmod(0o755)
    return folder


def handler(journal: Journal) -> type:
    """Return the class that kfp makes an instance of for each attempt of each task."""

    class HostHandler(task_handler_interface.ITaskHandler):  # type: ignore[misc]
        def __init__(
            self,
            image: str,
            full_command: list[str],
            pipeline_root: str,
            runner: object,
            env_vars: dict[str, str] | None = None,
        ) -> None:
            self.arguments = (image, full_command, env_vars or {})

        def run(self) -> object:
            code = journal.run(*self.arguments)
            return status.Status.FAILURE if code else status.Status.SUCCESS

    return HostHandler
