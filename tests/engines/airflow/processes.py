"""Start the long-running processes of an Airflow, and leave none behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from .env import AirflowEnv, Home

TAIL = 40


class ProcessDied(Exception):
    """A process of the stack ended by itself; its log is quoted."""


class Processes:
    """The processes of one Airflow home, by name; each logs to ``<home>/<name>.log``."""

    def __init__(self, env: AirflowEnv, home: Home) -> None:
        self.env = env
        self.home = home
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start ``airflow <name>`` as the leader of its own session."""
        with self._log(name).open("wb") as log:
            self.started[name] = subprocess.Popen(
                [self.env.python, "-m", "airflow", name],
                env=dict(self.home.variables),
                cwd=self.home.path,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise when one of the processes has died."""
        for name, process in self.started.items():
            if process.poll() is not None:
                code = process.returncode
                raise ProcessDied(f"{name} died with {code}\n{self.tails()}")

    def wait_until(self, done: Callable[[], bool], what: str, timeout: float) -> None:
        """Poll until done, as long as all processes live."""
        end = time.monotonic() + timeout
        while not done():
            self.check()
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout:g} s: {what}\n{self.tails()}")
            time.sleep(0.2)

    def tails(self) -> str:
        """Quote the end of each log."""
        return "\n".join(f"--- {name}\n{_tail(self._log(name))}" for name in self.started)

    def stop(self, patience: float = 10) -> None:
        """Ask the leaders to end, then kill what is left: a TERM to a group can deadlock."""
        for process in self.started.values():
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + patience
        for process in self.started.values():
            _end_or_kill(process, end - time.monotonic())
        for pid in self.strays():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def strays(self) -> list[int]:
        """Return the processes that carry this home in their environment (Linux only)."""
        mark = f"AIRFLOW_HOME={self.home.path}".encode()
        return [pid for pid, variables in _environments() if mark in variables]

    def _log(self, name: str) -> Path:
        return self.home.path / f"{name}.log"


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _end_or_kill(process: subprocess.Popen[bytes], patience: float) -> None:
    try:
        process.wait(max(patience, 0.1))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environments() -> Iterator[tuple[int, list[bytes]]]:
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            yield int(file.parent.name), file.read_bytes().split(b"\0")


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-TAIL:])
