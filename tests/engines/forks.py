"""Tasks on the host, each in a fork of one process: a new Python for each costs a second or two."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

REPO = Path(__file__).resolve().parents[2]


class Forks:
    """Runs `python -m shipway.runtime` in forks; a context, for one thread."""

    def __init__(self, scratch: Path) -> None:
        self.output = scratch / "tasks.log"
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.fork_server"],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: Sequence[str], env: Mapping[str, str], folder: Path) -> int:
        """Run one task, and return its exit code; what it prints is in `output`."""
        request = {
            "words": list(words),
            "env": dict(env),
            "folder": str(folder),
            "output": str(self.output),
        }
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

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
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait()
