"""Start the long-running processes of an orchestrator, and leave none behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TAIL = 40


class ProcessDied(Exception):
    """A process of the stack ended by itself; its log is quoted."""


class Processes:
    """Processes that share a home, by name; each logs to ``<home>/<name>.log``.

    Args:
        home: the folder in which they start.
        variables: their environment.
        mark: the variable in it by which they and all that they start are known.
    """

    def __init__(self, home: Path, variables: Mapping[str, str], mark: str) -> None:
        self.home = home
        self.variables = dict(variables)
        self.mark = f"{mark}={variables[mark]}".encode()
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        more: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start a command as the leader of its own session."""
        with self._log(name).open("wb") as log:
            self.started[name] = subprocess.Popen(
                command,
                env={**self.variables, **(more or {})},
                cwd=folder or self.home,
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

    def wait_until(self, outcome: Callable[[], bool], what: str, timeout: float) -> None:
        """Poll until done, as long as all processes live."""
        end = time.monotonic() + timeout
        while not outcome():
            self.check()
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout:g} s: {what}\n{self.tails()}")
            time.sleep(0.2)

    def tails(self) -> str:
        """Quote the end of each log."""
        logs = sorted(self.home.glob("*.log"))
        return "\n".join(f"--- {log.stem}\n{_tail(log)}" for log in logs)

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
        """Return the processes that carry the mark in their environment (Linux only)."""
        return [pid for pid, variables in environments() if self.mark in variables]

    def log(self, name: str) -> str:
        """Return what a process has printed."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"


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


def environments() -> Iterator[tuple[int, list[bytes]]]:
    """Yield the variables of every process that may be looked at."""
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            yield int(file.parent.name), file.read_bytes().split(b"\0")


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-TAIL:])


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be asked for does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the latter when it ends as it is read
        return False
