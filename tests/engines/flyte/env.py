"""Find the environment that holds flytekit, and run what is asked in forks of one process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.engines.forks import REPO, ForkServer

VARIABLE = "SHIPWAY_ENV_FLYTE"
INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


class FlyteMissing(Exception):
    """No usable environment at the expected place."""


def python() -> Path:
    """Return the Python that has flytekit."""
    venv = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "flyte").absolute()
    path = venv / "bin" / "python"
    if not path.exists():
        raise FlyteMissing(f"no flytekit at {venv}: `make test` builds it, or set {VARIABLE}")
    return path


def variables(home: Path) -> dict[str, str]:
    """Return the environment of processes that use a home; a developer's own is kept out."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "HOME": str(home), "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}


class Flyte:
    """flytekit in a process that has imported it; a context, for one thread."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = scratch
        self._count = 0
        command: list[str | Path] = [python(), "-m", "tests.engines.flyte.server"]
        self._server = ForkServer(command, scratch / "flyte.log", variables(scratch))

    def describe(self, module: Path) -> dict[str, Any]:
        """Return what flytekit makes of a module: the messages that a server would get."""
        answer, code, printed = self._ask("describe", module, {}, {})
        assert code == 0, printed
        document: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return document

    def run(
        self,
        module: Path,
        values: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Do as `pyflyte run`; return the exit code, and what was printed.

        Args:
            values: of parameters, by the names that Kedro has for them.
            more: variables of the environment.
        """
        _, code, printed = self._ask("run", module, dict(values or {}), more or {})
        return code, printed

    def takes(self, module: Path) -> bool:
        """Tell whether flytekit makes messages of a module."""
        return self._ask("describe", module, {}, {})[1] == 0

    def pod(
        self, module: Path, function: str, values: Mapping[str, Any], more: Mapping[str, str]
    ) -> dict[str, Any]:
        """Run one task by the command of its pod; return what it leaves, and has printed."""
        answer, code, printed = self._ask("pod", module, [function, dict(values)], more)
        assert code == 0, printed
        document: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return {**document, "printed": printed}

    def _ask(
        self, what: str, module: Path, values: Any, more: Mapping[str, str]
    ) -> tuple[Path, int, str]:
        self._count += 1
        answer, output = (self._scratch / f"{self._count}.{end}" for end in ("json", "log"))
        words = ["server", what, str(module), str(answer), json.dumps(values)]
        environment = {**variables(self._scratch), **more}
        code = self._server.run(words, environment, module.parent, output)
        return answer, code, output.read_text(encoding="utf-8") if output.exists() else ""

    def __enter__(self) -> Flyte:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
