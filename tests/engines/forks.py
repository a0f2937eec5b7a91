"""Tasks on the host, each in a fork of one process: a new Python for each costs a second or two."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .fork_loop import LATE

REPO = Path(__file__).resolve().parents[2]


class ForkServer:
    """A process that answers with forks of itself: see `fork_loop.py`. For one thread.

    Args:
        command: what starts it, in the folder of the repository.
        log: a file for what it prints itself.
        env: its environment; that of this process, if there is none.
    """

    def __init__(
        self, command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                cwd=REPO,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    def run(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        output: Path,
        timeout: float = 600,
    ) -> int:
        """Run one fork, which appends what it prints to a file; return its exit code.

        Args:
            words: its `sys.argv`.

        Raises:
            subprocess.TimeoutExpired: it had to be killed.
        """
        request = {
            "words": list(words),
            "env": dict(env),
            "folder": str(folder),
            "output": str(output),
            "timeout": timeout,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the server of forks has ended:\n{self._log.read_text(encoding='utf-8')}"
        if answer.strip() == LATE:
            raise subprocess.TimeoutExpired(list(words), timeout, output.read_bytes())
        return int(answer)

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Forks:
    """Runs `python -m shipway.runtime` in forks; a context, for one thread."""

    def __init__(self, scratch: Path) -> None:
        self.output = scratch / "tasks.log"
        command = [sys.executable, "-m", "tests.engines.fork_server"]
        self._server = ForkServer(command, scratch / "forks.log")

    def run(self, words: Sequence[str], env: Mapping[str, str], folder: Path) -> int:
        """Run one task, and return its exit code; what it prints is in `output`."""
        return self._server.run(["shipway.runtime", *words], env, folder, self.output)

    def printed(self) -> str:
        """What the tasks have printed so far."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def __enter__(self) -> Forks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
